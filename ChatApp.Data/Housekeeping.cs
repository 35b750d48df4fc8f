using ChatApp.Data.Accounts.Deletion;
using ChatApp.Data.Security;
using ChatApp.Domain.Idempotency;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Data;

/// <summary>
/// Removes expired tokens, idempotency keys and approvals, forgotten attempts, old entries of the security log, and the names of usage whose account is
/// deleted. Any number of instances may run it at the same time.
/// </summary>
public sealed class Housekeeping(ChatDbContext db, SecurityLog security, AttemptLimiter attempts, UsageAnonymizer usage, TimeProvider clock)
{
    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    // An ended refresh token is kept until it expires: a second use reveals that it was stolen.
    public async Task CleanUpAsync(CancellationToken ct)
    {
        var now = clock.Now();
        await db.AccessTokens.Where(t => t.ExpiresAt < now).ExecuteDeleteAsync(ct);
        await security.CleanUpAsync(ct);
        await attempts.CleanUpAsync(ct);
        await usage.SweepAsync(ct);
        await CleanUpApprovalsAsync(now, ct);
        var due = now - IdempotencyKey.Lifetime;
        var users = await db.IdempotencyKeys.TagWith("across users: idempotency keys that are due")
            .Where(k => k.CreatedAt < due).Select(k => k.UserId).Distinct().ToListAsync(ct);
        foreach (var userId in users)
        {
            await db.IdempotencyKeys.Where(k => k.UserId == userId && k.CreatedAt < due).ExecuteDeleteAsync(ct);
        }
    }

    private async Task CleanUpApprovalsAsync(DateTimeOffset now, CancellationToken ct)
    {
        var users = await db.CommandApprovals.TagWith("across users: approvals that have expired")
            .Where(a => a.ExpiresAt < now).Select(a => a.UserId).Distinct().ToListAsync(ct);
        foreach (var userId in users)
        {
            await db.CommandApprovals.Where(a => a.UserId == userId && a.ExpiresAt < now).ExecuteDeleteAsync(ct);
        }
    }
}
