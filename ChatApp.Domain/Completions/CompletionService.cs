using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Idempotency;
using ChatApp.Domain.Personas;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatApp.Domain.Completions;

/// <summary>A conversation that a program sends for a reply.</summary>
/// <param name="Messages">Oldest first; the last one is the user's and is replied to.</param>
/// <param name="Message">How the last one is sent.</param>
public sealed record NewCompletion(IReadOnlyList<CompletionMessage> Messages, NewMessage Message)
{
    /// <summary>Whether the exchange is kept as a session like any other.</summary>
    public bool Store { get; init; }

    /// <summary>The session to keep it in, named by its id or any text and created if there is none; the session's history precedes the last message, instead of the program's.</summary>
    public string? Session { get; init; }
}

/// <summary>A message of the program's conversation.</summary>
public sealed record CompletionMessage(MessageRole Role, string Content);

/// <summary>
/// Serves programs that keep their conversations themselves. An exchange is processed like any other message, so that it is stopped, recovered and accounted for in the same way;
/// one that is not to be stored lives in an unlisted session until the reply has ended.
/// </summary>
public sealed partial class CompletionService(
    IChatDb db, ChatService chat, MessageRules rules, SessionService sessions, IServiceScopeFactory scopes, TimeProvider clock, ILogger<CompletionService> log)
{
    /// <summary>Accepts the last message and has the reply generated.</summary>
    /// <exception cref="InvalidException">A text is blank, too long or cannot be stored; there is no such model.</exception>
    /// <exception cref="ConflictException">A reply is being generated in this session, or the client's key was used for another request.</exception>
    /// <exception cref="QuotaExceededException">The caller's quota is used up.</exception>
    public async Task<AcceptedMessage> AcceptAsync(Guid userId, NewCompletion input, CancellationToken ct)
    {
        await rules.CheckAsync(input.Message, ct); // before an empty session is created
        foreach (var (role, content) in input.Messages.SkipLast(1))
        {
            rules.CheckBrought(role, content);
        }
        var session = input.Session is not null
            ? await sessions.GetOrCreateNamedAsync(userId, input.Session, ct)
            : await sessions.CreateAsync(userId, new NewSession
            {
                Persona = Persona.PlainKey,
                Temporary = !input.Store,
                Unlisted = !input.Store,
                IdempotencyKey = input.Store ? RequestKey.ForPart(input.Message.IdempotencyKey, "completion") : null,
            }, ct);
        if (input.Session is null)
        {
            await ImportHistoryAsync(session, input.Messages.SkipLast(1), ct);
        }
        return await chat.AcceptAsync(userId, SessionKey.Of(session.Id), input.Message, ct);
    }

    /// <summary>Removes an exchange that is not to be stored, stopping its reply if it is still being generated. The ledger keeps its usage.</summary>
    public async Task DiscardAsync(ChatSession session)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<ReplyService>().StopAsync(session.UserId, SessionKey.Of(session.Id), CancellationToken.None);
            var own = scope.ServiceProvider.GetRequiredService<IChatDb>(); // the request's scope may have ended
            await own.Sessions
                .Where(s => s.UserId == session.UserId && s.Id == session.Id && s.Unlisted
                    && !own.Messages.Any(m => m.UserId == session.UserId && m.SessionId == session.Id && m.Status == MessageStatus.Generating))
                .ExecuteDeleteAsync(CancellationToken.None);
        }
        catch (Exception e) when (e.IsDatabaseUnavailable || e is ChatAppException)
        {
            LogNotDiscarded(session.Id, e.GetType().Name); // it expires, being temporary
        }
    }

    // Does nothing for a repeated request, whose messages are stored already.
    private async Task ImportHistoryAsync(ChatSession made, IEnumerable<CompletionMessage> messages, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var now = clock.Now();
        var session = await db.LockSessionAsync(made.UserId, made.Id, now, ct);
        if (session.NextSeq > 1)
        {
            return;
        }
        foreach (var (role, content) in messages.Where(m => m.Content.Length > 0))
        {
            db.Messages.Add(session.Append(role, content, now));
        }
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The unlisted session {SessionId} is left until it expires: {Exception}")]
    private partial void LogNotDiscarded(Guid sessionId, string exception);
}
