using ChatApp.Domain.Chat;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ChatApp.Domain.Sessions;

/// <summary>
/// Removes sessions for good: temporary ones at their end, others when they have lain in the trash for long enough. Messages, journal, permissions of tools and
/// clients' keys go with them; the ledger stays. Any number of instances may do it at once: each takes what no other has taken.
/// </summary>
public sealed class SessionCleanup(IChatDb db, UserSignals signals, TimeProvider clock, IOptions<SessionSettings> settings)
{
    /// <summary>Sessions that are removed in one transaction: few, as each may have many thousands of messages.</summary>
    public const int BatchLength = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Removes all that are due.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        db.Database.SetCommandTimeout(Patience);
        var (removed, batch) = (0, 0);
        do
        {
            var owners = await RemoveAsync(clock.Now(), ct);
            foreach (var owner in owners.Distinct())
            {
                signals.Raise(owner);
            }
            batch = owners.Count;
            removed += batch;
        }
        while (batch == BatchLength);
        return removed;
    }

    // What somebody uses at this moment is locked and so is left out; what was used a moment ago has a new end, which PostgreSQL looks at again under the lock.
    private Task<List<Guid>> RemoveAsync(DateTimeOffset now, CancellationToken ct) => db.Database.SqlQuery<Guid>($"""
        WITH due AS (
            SELECT id, user_id FROM chat_sessions s
            WHERE (expires_at <= {now} OR deleted_at <= {now - settings.Value.TrashRetention})
                AND NOT EXISTS (SELECT FROM messages m WHERE m.session_id = s.id AND m.status = 'generating')
            LIMIT {BatchLength} FOR UPDATE OF s SKIP LOCKED),
        keys AS (
            DELETE FROM idempotency_keys k
            WHERE k.user_id IN (SELECT user_id FROM due)
                AND (k.resource_id IN (SELECT id FROM due) OR EXISTS (SELECT FROM messages m JOIN due ON due.id = m.session_id WHERE m.id = k.resource_id))),
        removed AS (DELETE FROM chat_sessions s USING due WHERE s.id = due.id RETURNING s.user_id)
        SELECT user_id AS "Value" FROM removed
        """).ToListAsync(ct);
}
