using ChatApp.Domain.Export;
using ChatApp.Domain.Personas;

namespace ChatApp.Web.Features.Export;

/// <summary>A self-contained HTML file that looks like the app and has no scripts.</summary>
public sealed class HtmlExport(IWebHostEnvironment environment, ExportRenderer renderer, PersonaCatalog personas) : ExportFormat
{
    /// <summary>The style sheets of a transcript, below <c>css</c>.</summary>
    public static readonly string[] Styles = ["tokens", "base", "markdown", "transcript"];

    private readonly Lazy<string> _head = new(() => $"""
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <style>
        {string.Concat(Styles.Select(name => Read(environment, $"css/{name}.css")))}</style>
        """);

    public override string ContentType => "text/html; charset=utf-8";

    public override string Extension => "html";

    public override async Task WriteAsync(Stream body, SessionExport export, CancellationToken ct)
    {
        await using var text = Writer(body);
        await HtmlTranscript.WriteAsync(text, export, renderer, personas.Get(export.Session.Persona).Name, _head.Value, "", ct);
    }

    private static string Read(IWebHostEnvironment environment, string path)
    {
        using var reader = new StreamReader(environment.WebRootFileProvider.GetFileInfo(path).CreateReadStream());
        return reader.ReadToEnd();
    }
}
