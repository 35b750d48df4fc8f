using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Generation.Tools;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Personas;
using ChatApp.Domain.Usage;
using Microsoft.AspNetCore.Html;

namespace ChatApp.Web.Features.Chat;

/// <summary>A message as the page shows it.</summary>
/// <param name="Id">Null in the templates of the script.</param>
/// <param name="Role">Who speaks.</param>
/// <param name="Status">Whether all of it is there.</param>
/// <param name="Speaker">The speaker's name.</param>
/// <param name="Text">The text as Markdown.</param>
/// <param name="Html">The text of a reply, rendered.</param>
public sealed record MessageView(Guid? Id, MessageRole Role, MessageStatus Status, string Speaker, string Text, IHtmlContent Html)
{
    public DateTimeOffset At { get; init; }

    public string? Model { get; init; }

    public TokenUsage? Usage { get; init; }

    /// <summary>The tool calls of a reply.</summary>
    public IReadOnlyList<ToolCall> ToolCalls { get; init; } = [];

    public MessageDetails Details { get; init; } = new();

    /// <summary>What the script fills in for a message that has just been sent.</summary>
    public static MessageView Template(MessageRole role, MessageStatus status, string speaker) => new(null, role, status, speaker, "", HtmlString.Empty);
}

/// <summary>Makes views of messages.</summary>
public sealed class MessageViews(MarkdownCache markdown, RunningReplies running, PersonaCatalog personas)
{
    public const string You = "You";
    public const string Note = "Note";

    /// <param name="message">The message.</param>
    /// <param name="persona">The session's persona: who is speaking now.</param>
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
            At = message.CreatedAt,
            Model = message.Model,
            Usage = TokenUsage.Of(message),
            ToolCalls = ToolCall.Of(message),
            Details = details,
        };
    }

    private static string Speaker(MessageRole role, string assistant) => role switch
    {
        MessageRole.User => You,
        MessageRole.Assistant => assistant,
        MessageRole.System => Note,
    };
}
