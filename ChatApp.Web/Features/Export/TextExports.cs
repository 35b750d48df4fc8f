using System.Globalization;
using ChatApp.Domain.Export;

namespace ChatApp.Web.Features.Export;

/// <summary>The original Markdown of the messages.</summary>
internal sealed class MarkdownExport : ExportFormat
{
    public override string ContentType => "text/markdown; charset=utf-8";

    public override string Extension => "md";

    public override async Task WriteAsync(Stream body, SessionExport export, CancellationToken ct)
    {
        await using var text = Writer(body);
        await text.WriteAsync($"# {Title(export)}\n\nCreated: {export.Session.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}\n\n## Chat History\n");
        await foreach (var message in export.Messages.Where(m => m is { DeletedAt: null, Content.Length: > 0 }).WithCancellation(ct))
        {
            await text.WriteAsync($"\n**{Speaker(message)}**: {message.Content}\n");
        }
    }
}

/// <summary>Plain text with message times.</summary>
internal sealed class TextExport : ExportFormat
{
    public override string ContentType => "text/plain; charset=utf-8";

    public override string Extension => "txt";

    public override async Task WriteAsync(Stream body, SessionExport export, CancellationToken ct)
    {
        await using var text = Writer(body);
        await text.WriteAsync($"{Title(export)}\nCreated: {Time(export.Session.CreatedAt)}\n");
        await foreach (var message in export.Messages.Where(m => m is { DeletedAt: null, Content.Length: > 0 }).WithCancellation(ct))
        {
            await text.WriteAsync($"\n{Speaker(message)}, {Time(message.CreatedAt)}:\n{message.Content}\n");
        }
    }

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
