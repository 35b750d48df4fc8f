using System.Globalization;
using System.Net;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Export;
using ChatApp.Web.Features.Chat;

namespace ChatApp.Web.Features.Export;

/// <summary>A whole session as a page to read and to print, without the app around it.</summary>
internal static class HtmlTranscript
{
    /// <param name="text">The output.</param>
    /// <param name="export">The session.</param>
    /// <param name="renderer">Renders its messages.</param>
    /// <param name="persona">The name of the persona.</param>
    /// <param name="head">HTML for the page's head: its styles.</param>
    /// <param name="top">HTML before everything else.</param>
    /// <param name="ct">Cancels it.</param>
    public static async Task WriteAsync(
        TextWriter text, SessionExport export, ExportRenderer renderer, string persona, string head, string top, CancellationToken ct)
    {
        var session = export.Session;
        await text.WriteAsync($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Encode(session.Title)}</title>
            {head}
            </head>
            <body>
            {top}
            <main class="transcript">
            <h1 dir="auto">{Encode(session.Title)}</h1>
            <p class="transcript-about">{Encode(persona)} · started {Time(session.CreatedAt)} · exported {Time(export.ExportedAt)}</p>

            """);
        await foreach (var message in export.Messages.WithCancellation(ct))
        {
            await text.WriteAsync(await HtmlAsync(message, renderer, persona, ct));
        }
        await text.WriteAsync("</main>\n</body>\n</html>\n");
    }

    private static async Task<string> HtmlAsync(ChatMessage message, ExportRenderer renderer, string persona, CancellationToken ct)
    {
        var (speaker, body) = message.Role switch
        {
            MessageRole.User => (MessageViews.You, Plain(message)),
            MessageRole.Assistant => (persona, $"<div class=\"markdown\" dir=\"auto\">{await renderer.ToHtmlAsync(message.Content, ct)}</div>"),
            MessageRole.System => (MessageViews.Note, Plain(message)),
        };
        var state = message.Status switch
        {
            MessageStatus.Generating => "This reply is still being written.",
            MessageStatus.Interrupted => MessageViews.Interruption(MessageDetails.From(message.Metadata)),
            MessageStatus.Failed => MessageDetails.From(message.Metadata).Error ?? MessageViews.Failure,
            _ => null,
        };
        return $"""
            <article class="{message.Role.ToString().ToLowerInvariant()}">
            <h2>{Encode(speaker)} {Time(message.CreatedAt)}</h2>
            {body}
            {(state is null ? "" : $"<p class=\"transcript-state\">{Encode(state)}</p>")}
            </article>

            """;
    }

    private static string Plain(ChatMessage message) => $"<div class=\"plain\" dir=\"auto\">{Encode(message.Content)}</div>";

    private static string Time(DateTimeOffset at) => string.Create(CultureInfo.InvariantCulture,
        $"<time datetime=\"{at.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}\">{at.UtcDateTime:d MMM yyyy, HH:mm 'UTC'}</time>");

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
