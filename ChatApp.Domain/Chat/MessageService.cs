using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Idempotency;
using ChatApp.Domain.Paging;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ChatApp.Domain.Chat;

/// <summary>Part of a session's history.</summary>
/// <param name="Session">The session; null for a default one that does not exist yet.</param>
/// <param name="Messages">The newest before the cursor, oldest first.</param>
/// <param name="Older">The cursor to older ones: the <see cref="ChatMessage.Seq"/> that they are below; null at the beginning.</param>
public sealed record History(ChatSession? Session, IReadOnlyList<ChatMessage> Messages, long? Older);

/// <summary>Reads, deletes and restores messages.</summary>
public sealed class MessageService(
    IChatDb db, SessionService sessions, ChangeSignals signals, TimeProvider clock, IOptions<ChatSettings> settings, IOptions<SessionSettings> sessionSettings)
{
    /// <summary>The newest messages before a position.</summary>
    /// <exception cref="NotFoundException">The caller has no such live session.</exception>
    public async Task<History> HistoryAsync(Guid userId, SessionKey? key, int limit, long? before, CancellationToken ct)
    {
        var session = await FindAsync(userId, key, ct);
        if (session is null)
        {
            return new(null, [], null);
        }
        var messages = db.Messages.AsNoTracking().InSession(userId, session.Id).Live();
        var page = await (before is { } seq ? messages.Where(m => m.Seq < seq) : messages)
            .OrderByDescending(m => m.Seq).ToPageAsync(limit, m => m.Seq, ct);
        return new(session, [.. page.Items.Reverse()], page.Next);
    }

    /// <summary>The cursor of the page of history that has this message in its middle; null if it is on the newest page or does not exist.</summary>
    public async Task<long?> FindPageEndAsync(Guid userId, Guid messageId, int pageLength, CancellationToken ct)
    {
        var found = await db.Messages.OwnedBy(userId).Where(m => m.Id == messageId)
            .Select(m => new { m.Seq, db.Sessions.First(s => s.UserId == userId && s.Id == m.SessionId).NextSeq }).FirstOrDefaultAsync(ct);
        return found is null || found.NextSeq - found.Seq <= pageLength ? null : found.Seq + pageLength / 2;
    }

    /// <summary>All messages of a session, oldest first.</summary>
    public async Task<IReadOnlyList<ChatMessage>> AllAsync(ChatSession session, CancellationToken ct) =>
        await db.Messages.AsNoTracking().InSession(session.UserId, session.Id).Live().OrderBy(m => m.Seq).ToListAsync(ct);

    /// <summary>One message of the caller, in a live session.</summary>
    /// <exception cref="NotFoundException">There is no such message.</exception>
    public async Task<ChatMessage> FindAsync(Guid userId, Guid messageId, CancellationToken ct) =>
        await db.LiveMessages(userId, clock.Now()).AsNoTracking().FirstOrDefaultAsync(m => m.Id == messageId, ct) ?? throw new NotFoundException("Message");

    /// <summary>The message and the reply that an earlier request with this idempotency key has created; null if there was none.</summary>
    /// <exception cref="ConflictException">The key was used for another request.</exception>
    /// <exception cref="NotFoundException">The resource that it created has been deleted.</exception>
    public async Task<AcceptedMessage?> FindAcceptedAsync(Guid userId, RequestKey request, CancellationToken ct)
    {
        if (await db.FindCreatedAsync(userId, request, clock.Now(), ct) is not { } replyId)
        {
            return null;
        }
        var messages = db.Messages.AsNoTracking().OwnedBy(userId);
        var reply = await messages.FirstOrDefaultAsync(m => m.Id == replyId, ct) ?? throw new NotFoundException("Message");
        var message = await messages.InSession(userId, reply.SessionId).FirstAsync(m => m.Seq == reply.Seq - 1, ct);
        return new(await sessions.FindAsync(userId, SessionKey.Of(reply.SessionId), ct), message, reply);
    }

    /// <summary>Deletes one message; it can be restored.</summary>
    /// <exception cref="NotFoundException">There is no such live message.</exception>
    /// <exception cref="ConflictException">It is still being generated.</exception>
    public Task DeleteAsync(Guid userId, SessionKey key, Guid messageId, CancellationToken ct) => ChangeAsync(userId, key, messageId, delete: true, ct);

    /// <summary>Restores a deleted message to its position.</summary>
    /// <exception cref="NotFoundException">There is no such deleted message.</exception>
    public async Task<ChatMessage> RestoreAsync(Guid userId, SessionKey key, Guid messageId, CancellationToken ct)
    {
        await ChangeAsync(userId, key, messageId, delete: false, ct);
        return await FindAsync(userId, messageId, ct);
    }

    /// <summary>Deletes all messages of a session; the session stays.</summary>
    /// <returns>The session's thread key.</returns>
    /// <exception cref="NotFoundException">The caller has no such live session.</exception>
    /// <exception cref="ConflictException">A reply is still being generated.</exception>
    public async Task<string> ClearAsync(Guid userId, SessionKey? key, CancellationToken ct)
    {
        var session = await FindAsync(userId, key, ct);
        if (session is not null)
        {
            await ChangeAsync(userId, SessionKey.Of(session.Id), messages => messages, delete: true, ct); // it may have no messages
        }
        return session?.ThreadId ?? ChatSession.DefaultThreadId(userId);
    }

    /// <summary>Adds a system message to the prompt of the next reply.</summary>
    /// <exception cref="NotFoundException">The caller has no such live session.</exception>
    /// <exception cref="ConflictException">The idempotency key was used for another request.</exception>
    public async Task<ChatMessage> AddSystemAsync(Guid userId, Guid sessionId, string content, string? idempotencyKey, CancellationToken ct)
    {
        MessageRules.Check(content, settings.Value.MaxMessageLength);
        var now = clock.Now();
        var request = RequestKey.Of(idempotencyKey, "system", sessionId, content);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var session = await db.LockSessionAsync(userId, sessionId, now, ct);
        if (request is not null && await db.FindCreatedAsync(userId, request, now, ct) is { } before) // under the lock, so that a concurrent repetition sees the first
        {
            return await FindAsync(userId, before, ct);
        }
        var message = session.Append(MessageRole.System, content, now);
        if (request is not null)
        {
            db.IdempotencyKeys.Add(request.ToEntity(userId, message.Id, now));
        }
        session.KeepAlive(now, sessionSettings.Value.TemporaryIdleTimeout);
        db.Messages.Add(message);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        signals.Raise(userId, sessionId);
        return message;
    }

    // The default session need not exist yet; any other must.
    private async Task<ChatSession?> FindAsync(Guid userId, SessionKey? key, CancellationToken ct)
    {
        var thread = ChatSession.DefaultThreadId(userId);
        return await sessions.FindOrNullAsync(userId, key ?? new(thread), ct)
            ?? (key is null || key.Value.Value == thread ? null : throw new NotFoundException("Chat"));
    }

    private async Task ChangeAsync(Guid userId, SessionKey key, Guid messageId, bool delete, CancellationToken ct)
    {
        if (await ChangeAsync(userId, key, messages => messages.Where(m => m.Id == messageId), delete, ct) == 0)
        {
            throw new NotFoundException("Message");
        }
    }

    // Marks or unmarks messages and updates the session's count, in one transaction under the session's lock.
    private async Task<int> ChangeAsync(
        Guid userId, SessionKey key, Func<IQueryable<ChatMessage>, IQueryable<ChatMessage>> which, bool delete, CancellationToken ct)
    {
        var session = await sessions.FindAsync(userId, key, ct);
        var now = clock.Now();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var until = now + sessionSettings.Value.TemporaryIdleTimeout;
        var locked = db.Sessions.Where(s => s.UserId == userId && s.Id == session.Id);
        await locked.ExecuteUpdateAsync(
            s => s.SetProperty(x => x.UpdatedAt, now).SetProperty(x => x.ExpiresAt, x => x.ExpiresAt == null ? null : until), ct);
        var affected = which(db.Messages.InSession(userId, session.Id).Where(m => (m.DeletedAt == null) == delete));
        if (delete && await affected.AnyAsync(m => m.Status == MessageStatus.Generating, ct))
        {
            throw new ConflictException("The reply is still being written. Wait for it or stop it first.");
        }
        var count = await affected.ExecuteUpdateAsync(
            m => m.SetProperty(x => x.DeletedAt, delete ? now : null).SetProperty(x => x.UpdatedAt, now), ct);
        if (count == 0)
        {
            return 0; // the transaction is rolled back: nothing has changed
        }
        await locked.ExecuteUpdateAsync(s => s.SetProperty(x => x.MessageCount, x => x.MessageCount + (delete ? -count : count)), ct);
        await transaction.CommitAsync(ct);
        signals.Raise(userId, session.Id);
        return count;
    }
}
