using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ChatApp.Domain.Sessions;

/// <summary>
/// Deletes sessions permanently: expired temporary ones, and those whose retention in the trash is over. Messages, journal, tool approvals and idempotency keys
/// are deleted with them; the ledger is kept. Any number of instances may run it at the same time: each session is deleted and counted by one of them.
/// </summary>
public sealed class SessionCleanup(IChatDb db, ChangeSignals signals, TimeProvider clock, IOptions<SessionSettings> settings)
{
    /// <summary>The number of due users per query.</summary>
    public const int UserPageLength = 1_000;

    // A session may have many thousands of messages.
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromMinutes(2);

    /// <summary>Deletes all sessions that are due, user by user.</summary>
    /// <returns>The number of sessions that this call deleted.</returns>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        db.Database.SetCommandTimeout(CommandTimeout);
        var now = clock.Now();
        var (removed, last) = (0, Guid.Empty);
        List<Guid> users;
        do
        {
            users = await Due(now).TagWith("across users: sessions that are due").Where(s => s.UserId > last).Select(s => s.UserId).Distinct().OrderBy(id => id).Take(UserPageLength).ToListAsync(ct);
            foreach (var userId in users)
            {
                removed += await CleanUpAsync(userId, now, ct);
                last = userId;
            }
        }
        while (users.Count == UserPageLength);
        return removed;
    }

    private async Task<int> CleanUpAsync(Guid userId, DateTimeOffset now, CancellationToken ct)
    {
        var removed = 0;
        foreach (var id in await Due(now).Where(s => s.UserId == userId).Select(s => s.Id).ToListAsync(ct))
        {
            removed += await RemoveAsync(userId, id, now, ct);
        }
        if (removed > 0)
        {
            signals.Raise(userId, sessionId: null);
        }
        return removed;
    }

    private async Task<int> RemoveAsync(Guid userId, Guid id, DateTimeOffset now, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Locks the row if it is still due: the session may have been used, or removed by another instance, since it was found.
        var isDue = await Due(now)
            .Where(s => s.UserId == userId && s.Id == id && !db.Messages.Any(m => m.UserId == userId && m.SessionId == id && m.Status == MessageStatus.Generating))
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.NextSeq, x => x.NextSeq), ct) == 1;
        if (!isDue)
        {
            return 0;
        }
        await db.IdempotencyKeys
            .Where(k => k.UserId == userId && (k.ResourceId == id || db.Messages.Any(m => m.UserId == userId && m.SessionId == id && m.Id == k.ResourceId)))
            .ExecuteDeleteAsync(ct);
        var removed = await db.Sessions.Where(s => s.UserId == userId && s.Id == id).ExecuteDeleteAsync(ct);
        await transaction.CommitAsync(ct);
        return removed;
    }

    private IQueryable<ChatSession> Due(DateTimeOffset now)
    {
        var retained = now - settings.Value.TrashRetention;
        return db.Sessions.Where(s => s.ExpiresAt <= now || s.DeletedAt <= retained);
    }
}
