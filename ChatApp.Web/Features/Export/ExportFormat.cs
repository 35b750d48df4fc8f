using ChatApp.Domain.Chat;
using ChatApp.Domain.Export;

namespace ChatApp.Web.Features.Export;

/// <summary>A way to write a session down. What is written goes out at once: a long session needs no more memory than a short one.</summary>
public abstract class ExportFormat
{
    public static ExportFormat Json { get; } = new JsonExport();

    public static ExportFormat Markdown { get; } = new MarkdownExport();

    public static ExportFormat Text { get; } = new TextExport();

    public abstract string ContentType { get; }

    /// <summary>The end of files' names, without the dot.</summary>
    public abstract string Extension { get; }

    public abstract Task WriteAsync(Stream body, SessionExport export, CancellationToken ct);

    protected static StreamWriter Writer(Stream body) => new(body, leaveOpen: true) { NewLine = "\n" };

    /// <summary>Who speaks.</summary>
    protected static string Speaker(ChatMessage message) => message.Role.ToString();

    /// <summary>The title as a heading can have it.</summary>
    protected static string Title(SessionExport export) => string.Join(' ', export.Session.Title.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
