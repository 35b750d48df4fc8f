using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ChatApp.Domain.Sessions;

/// <summary>Moves sessions to the trash, restores them, and deletes them permanently. The ledger keeps their usage.</summary>
public sealed class TrashService(IChatDb db, ChangeSignals signals, TimeProvider clock, IOptions<SessionSettings> settings)
{
    /// <summary>Moves a session to the trash. Its messages are not changed.</summary>
    /// <returns>The session's id.</returns>
    /// <exception cref="NotFoundException">The caller has no such live session.</exception>
    public async Task<Guid> DeleteAsync(Guid userId, SessionKey key, CancellationToken ct)
    {
        var now = clock.Now();
        var id = await db.LiveSessions(userId, now).WithKey(key).Select(s => (Guid?)s.Id).FirstOrDefaultAsync(ct)
            ?? throw new NotFoundException("Chat");
        var moved = await db.LiveSessions(userId, now).Where(s => s.Id == id)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.DeletedAt, now).SetProperty(x => x.UpdatedAt, now), ct);
        signals.Raise(userId, id);
        return moved == 1 ? id : throw new NotFoundException("Chat");
    }

    /// <summary>Restores a session. If its thread key has been taken in the meantime, it gets a new one.</summary>
    /// <exception cref="NotFoundException">The caller's trash has no such session.</exception>
    public async Task<ChatSession> RestoreAsync(Guid userId, SessionKey key, CancellationToken ct)
    {
        var now = clock.Now();
        var session = await db.TrashedSessions(userId, now).WithKey(key).FirstOrDefaultAsync(ct) ?? throw new NotFoundException("Chat");
        session.DeletedAt = null;
        session.UpdatedAt = now;
        session.KeepAlive(now, settings.Value.TemporaryIdleTimeout);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e.Violates(ChatSession.ThreadIdIndex))
        {
            session.ThreadId = ChatSession.OwnThreadId(session.Id);
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            throw new NotFoundException("Chat"); // restored or removed by another request
        }
        signals.Raise(userId, session.Id);
        return session;
    }

    /// <summary>Deletes a session and its messages permanently.</summary>
    /// <returns>The session's id.</returns>
    /// <exception cref="ConflictException">It is not in the trash, or a reply is still being generated in it.</exception>
    /// <exception cref="NotFoundException">The caller has no such session.</exception>
    public async Task<Guid> RemoveAsync(Guid userId, SessionKey key, CancellationToken ct)
    {
        var now = clock.Now();
        var id = await db.TrashedSessions(userId, now).WithKey(key).Select(s => (Guid?)s.Id).FirstOrDefaultAsync(ct);
        if (id is null)
        {
            throw await db.LiveSessions(userId, now).WithKey(key).AnyAsync(ct)
                ? new ConflictException("Only a chat in the trash can be deleted permanently. Delete it first.")
                : new NotFoundException("Chat");
        }
        if (await db.Messages.InSession(userId, id.Value).AnyAsync(m => m.Status == MessageStatus.Generating, ct))
        {
            throw new ConflictException("A reply is still being written in this chat. Wait for it or stop it first.");
        }
        var removed = await db.TrashedSessions(userId, now).Where(s => s.Id == id).ExecuteDeleteAsync(ct);
        signals.Raise(userId, id);
        return removed == 1 ? id.Value : throw new NotFoundException("Chat");
    }
}
