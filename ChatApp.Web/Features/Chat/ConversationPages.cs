using ChatApp.Domain.Chat;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Personas;
using ChatApp.Domain.Sessions;
using ChatApp.Web.Infrastructure;
using Microsoft.Extensions.Options;

namespace ChatApp.Web.Features.Chat;

/// <summary>The page of a conversation, which may not have begun yet.</summary>
/// <param name="Session">Null before the first message.</param>
/// <param name="Persona">The persona that replies.</param>
/// <param name="Messages">Oldest first.</param>
/// <param name="Composer">The form for the next message.</param>
public sealed record ConversationPage(ChatSession? Session, Persona Persona, IReadOnlyList<MessageView> Messages, ComposerView Composer)
{
    /// <summary>The cursor of the messages before these; null if there are none.</summary>
    public string? Older { get; init; }

    /// <summary>Whether these are older messages instead of the newest.</summary>
    public bool IsOlder { get; init; }

    public bool IsGenerating => Messages.Any(m => m.Status == MessageStatus.Generating);
}

/// <summary>The form for a message.</summary>
/// <param name="SessionId">The session; null if the message starts a new one.</param>
/// <param name="MaxLength">The maximum length in UTF-16 units.</param>
/// <param name="Typed">The text that could not be sent.</param>
/// <param name="Problem">Why it could not be sent.</param>
public sealed record ComposerView(Guid? SessionId, int MaxLength, MessageForm Typed, string? Problem)
{
    /// <summary>The models to choose from; none if there is no choice.</summary>
    public IReadOnlyList<ModelChoice> Models { get; init; } = [];

    public string Action => SessionId is { } id ? $"/chat-ui/{id}/messages" : "/chat-ui/messages";
}

/// <summary>Builds the models of the pages of conversations.</summary>
public sealed class ConversationPages(
    MessageService messages, SessionService sessions, MessageViews views, PersonaCatalog personas, ModelChoices models,
    CurrentUser user, CursorProtector cursors, IOptions<ChatSettings> settings)
{
    private const int PageSize = 50;

    public ConversationPage New(MessageForm? typed = null, string? problem = null) =>
        new(null, personas.Get(typed?.Persona ?? PersonaCatalog.DefaultKey), [], Composer(null, typed, problem));

    /// <exception cref="NotFoundException">The caller has no such live session.</exception>
    public async Task<ConversationPage> ShowAsync(
        SessionKey key, string? before, CancellationToken ct, MessageForm? typed = null, string? problem = null, Guid? around = null)
    {
        var end = cursors.ReadNumber(before) ?? (around is { } id ? await messages.FindPageEndAsync(user.Id, id, PageSize, ct) : null);
        var history = await messages.HistoryAsync(user.Id, key, PageSize, end, ct);
        var session = history.Session ?? throw new NotFoundException("Chat");
        var persona = personas.Get(session.Persona);
        var shown = new List<MessageView>();
        foreach (var message in history.Messages)
        {
            shown.Add(await views.ViewAsync(message, persona.Key, ct));
        }
        return new(session, persona, shown, Composer(session, typed, problem))
        {
            Older = cursors.Protect(history.Older),
            IsOlder = end is not null,
        };
    }

    /// <summary>One message of the caller.</summary>
    /// <exception cref="NotFoundException">There is no such message.</exception>
    public async Task<MessageView> MessageAsync(Guid id, CancellationToken ct)
    {
        var message = await messages.FindAsync(user.Id, id, ct);
        var session = await sessions.FindAsync(user.Id, SessionKey.Of(message.SessionId), ct);
        return await views.ViewAsync(message, session.Persona, ct);
    }

    private ComposerView Composer(ChatSession? session, MessageForm? typed, string? problem) =>
        new(session?.Id, settings.Value.MaxMessageLength, typed ?? new(), problem)
        {
            Models = models.Choices(typed?.Model ?? session?.Model),
        };
}
