using ChatApp.Domain.Chat;
using ChatApp.Domain.Export;

namespace ChatApp.Web.Features.Export;

/// <summary>A format of exports. Output is streamed, so a long session needs no more memory than a short one.</summary>
public abstract class ExportFormat
{
    public static ExportFormat Json { get; } = new JsonExport();

    public static ExportFormat Markdown { get; } = new MarkdownExport();

    public static ExportFormat Text { get; } = new TextExport();

    public abstract string ContentType { get; }

    /// <summary>The file name extension, without the dot.</summary>
    public abstract string Extension { get; }

    public abstract Task WriteAsync(Stream body, SessionExport export, CancellationToken ct);

    protected static StreamWriter Writer(Stream body) => new(body, leaveOpen: true) { NewLine = "\n" };

    /// <summary>The message's author.</summary>
    protected static string Speaker(ChatMessage message) => message.Role.ToString();

    /// <summary>The title on one line.</summary>
    protected static string Title(SessionExport export) => string.Join(' ', export.Session.Title.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
