using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Tools;
using ChatApp.Domain.Personas;
using Microsoft.AspNetCore.Html;

namespace ChatApp.Web.Features.Chat;

/// <summary>A message as the page shows it.</summary>
/// <param name="Id">Null in the templates of the script.</param>
/// <param name="Role">Who speaks.</param>
/// <param name="Status">Whether all of it is there.</param>
/// <param name="Speaker">The speaker's name.</param>
/// <param name="Text">The text as it was written.</param>
/// <param name="Html">The text of an answer, rendered.</param>
public sealed record MessageView(Guid? Id, MessageRole Role, MessageStatus Status, string Speaker, string Text, IHtmlContent Html)
{
    /// <summary>Its place in the session.</summary>
    public long? Seq { get; init; }

    public DateTimeOffset At { get; init; }

    public string? Model { get; init; }

    public TokenUsage? Usage { get; init; }

    /// <summary>The calls of tools for an answer.</summary>
    public IReadOnlyList<ToolCall> ToolCalls { get; init; } = [];

    public MessageDetails Details { get; init; } = new();

    /// <summary>What the script fills in for a message that has just been sent.</summary>
    public static MessageView Template(MessageRole role, MessageStatus status, string speaker) => new(null, role, status, speaker, "", HtmlString.Empty);
}

/// <summary>Makes views of messages.</summary>
public sealed class MessageViews(MarkdownCache markdown, ReplyFeed feed, PersonaCatalog personas)
{
    public const string You = "You";
    public const string Note = "Note";

    /// <summary>What a failed reply says when its reason is unknown.</summary>
    public const string Failure = "The reply could not be completed.";

    /// <param name="message">The message.</param>
    /// <param name="persona">The session's persona: who is speaking now.</param>
    public MessageView View(ChatMessage message, string persona)
    {
        var details = MessageDetails.From(message.Metadata);
        // What there is of an answer that is being written helps those who read without scripts.
        var text = message.Status == MessageStatus.Generating ? feed.Find(message.Id)?.Text ?? message.Content : message.Content;
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
