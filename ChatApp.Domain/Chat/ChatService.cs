using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Personas;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ChatApp.Domain.Chat;

/// <summary>A message that a user sends.</summary>
public sealed record NewMessage(string Content)
{
    /// <summary>The model to ask; null: the default one.</summary>
    public string? Model { get; init; }

    /// <summary>The session's persona from this message on; null leaves it.</summary>
    public string? Persona { get; init; }
}

/// <summary>A message that is stored, and the answer that is on its way.</summary>
public sealed record AcceptedMessage(ChatSession Session, ChatMessage Message, ChatMessage Reply, LiveReply Live);

/// <summary>Accepts messages: what is accepted is committed, and committed is promised.</summary>
public sealed class ChatService(
    IChatDb db, SessionService sessions, PersonaCatalog personas, IModelCatalog models,
    ReplyFeed feed, IReplyQueue queue, TimeProvider clock, IOptions<ChatSettings> settings, IOptions<SessionSettings> sessionSettings)
{
    /// <summary>Stores the message and an empty answer in one short transaction, then has the answer generated whether or not anybody waits for it.</summary>
    /// <param name="userId">The caller.</param>
    /// <param name="key">The session; null: the caller's default one.</param>
    /// <param name="input">The message.</param>
    /// <param name="ct">Ends the request; an accepted message is not affected.</param>
    /// <exception cref="InvalidException">The text is blank, too long or cannot be stored; there is no such persona or model.</exception>
    /// <exception cref="NotFoundException">The caller has no such live session.</exception>
    /// <exception cref="ConflictException">An answer is being generated in this session.</exception>
    public async Task<AcceptedMessage> AcceptAsync(Guid userId, SessionKey? key, NewMessage input, CancellationToken ct)
    {
        MessageRules.Check(input.Content, settings.Value.MaxMessageLength);
        var model = models.Get(input.Model);
        var persona = input.Persona is null ? null : personas.Require(input.Persona);
        var sessionId = (await sessions.OpenAsync(userId, key, ct)).Id;

        var now = clock.Now();
        var message = new ChatMessage { Id = Guid.CreateVersion7(now), Role = MessageRole.User, Content = input.Content, CreatedAt = now, UpdatedAt = now };
        var reply = new ChatMessage
        {
            Id = Guid.CreateVersion7(now),
            Role = MessageRole.Assistant,
            Status = MessageStatus.Generating,
            Model = model.Name,
            CreatedAt = now,
            UpdatedAt = now,
        };
        var live = feed.Open(reply.Id);
        try
        {
            var session = await StoreAsync(sessionId, userId, persona, message, reply, ct);
            queue.Enqueue(new ReplyJob(reply.Id, session.Id, userId, live));
            return new(session, message, reply, live);
        }
        catch
        {
            feed.Close(reply.Id);
            throw;
        }
    }

    private async Task<ChatSession> StoreAsync(
        Guid sessionId, Guid userId, string? persona, ChatMessage message, ChatMessage reply, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var session = await LockAsync(sessionId, userId, ct);
        session.Append(message);
        session.Append(reply);
        session.Persona = persona ?? session.Persona;
        if (session.TitleIsAutomatic && session.Title == ChatSession.DefaultTitle)
        {
            session.Title = SessionTitles.From(message.Content);
        }
        if (session.Temporary)
        {
            session.ExpiresAt = message.CreatedAt + sessionSettings.Value.TemporaryIdleTimeout;
        }
        db.Messages.AddRange(message, reply);
        try
        {
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
        }
        catch (DbUpdateException e) when (e.IsUniqueViolation)
        {
            // The index that allows one generating message a session.
            throw new ConflictException("An answer is being generated in this session. Wait for it or stop it first.");
        }
        return session;
    }

    // Whoever holds the row gives out the next numbers; everybody else waits for a moment.
    private async Task<ChatSession> LockAsync(Guid sessionId, Guid userId, CancellationToken ct)
    {
        if (db.Sessions.Local.FindEntry(sessionId) is { } seen)
        {
            seen.State = EntityState.Detached; // a copy that this request has made or read before may be old by now
        }
        return (await db.Sessions.FromSql($"""
            SELECT *, xmin FROM chat_sessions WHERE id = {sessionId} AND user_id = {userId} AND deleted_at IS NULL FOR UPDATE
            """).ToListAsync(ct)).SingleOrDefault() ?? throw new NotFoundException("Session");
    }
}
