using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Generation.Tools;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Personas;
using ChatApp.Domain.Usage;
using Microsoft.AspNetCore.Html;

namespace ChatApp.Web.Features.Chat;

/// <summary>A message as the page shows it.</summary>
/// <param name="Id">Null in the script's templates.</param>
/// <param name="Role">The role of its author.</param>
/// <param name="Status">Whether it is complete.</param>
/// <param name="Speaker">The author's name.</param>
/// <param name="Text">Its Markdown.</param>
/// <param name="Html">The text of a reply as HTML.</param>
public sealed record MessageView(Guid? Id, MessageRole Role, MessageStatus Status, string Speaker, string Text, IHtmlContent Html)
{
    /// <summary>Its position in the session.</summary>
    public long? Seq { get; init; }

    public DateTimeOffset At { get; init; }

    public string? Model { get; init; }

    public TokenUsage? Usage { get; init; }

    /// <summary>The tool calls of a reply.</summary>
    public IReadOnlyList<ToolCall> ToolCalls { get; init; } = [];

    public MessageDetails Details { get; init; } = new();

    /// <summary>A template that the script fills in.</summary>
    public static MessageView Template(MessageRole role, MessageStatus status, string speaker) => new(null, role, status, speaker, "", HtmlString.Empty);
}

/// <summary>Creates views of messages.</summary>
public sealed class MessageViews(MarkdownCache markdown, RunningReplies running, PersonaCatalog personas)
{
    public const string You = "You";
    public const string Note = "Note";

    /// <summary>What a failed reply says when its reason is unknown.</summary>
    public const string Failure = "The reply could not be completed.";

    /// <param name="message">The message.</param>
    /// <param name="persona">The session's persona.</param>
    /// <param name="ct">Ends the request.</param>
    public async Task<MessageView> ViewAsync(ChatMessage message, string persona, CancellationToken ct)
    {
        var details = MessageDetails.From(message.Metadata);
        // The text so far, whichever instance generates it: a page without scripts shows it too.
        using var lease = await running.FindAsync(message, ct);
        var text = lease?.Reply.Text ?? message.Content;
        return new(message.Id, message.Role, message.Status, Speaker(message.Role, personas.Get(details.Persona ?? persona).Name), text,
            message.Role == MessageRole.Assistant ? markdown.Render(message, text) : HtmlString.Empty)
        {
            Seq = message.Seq,
            At = message.CreatedAt,
            Model = message.Model,
            Usage = TokenUsage.Of(message),
            ToolCalls = ToolCall.Of(message),
            Details = details,
        };
    }

    /// <summary>Why an interrupted reply ended.</summary>
    public static string Interruption(MessageDetails details) => details.Stopped ? "You stopped this reply." : "The reply was interrupted.";

    private static string Speaker(MessageRole role, string assistant) => role switch
    {
        MessageRole.User => You,
        MessageRole.Assistant => assistant,
        MessageRole.System => Note,
    };
}
