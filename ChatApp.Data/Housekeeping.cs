using ChatApp.Domain.Idempotency;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Data;

/// <summary>Removes what has served its time. Any number of instances may do it at once: a row is removed once.</summary>
public sealed class Housekeeping(ChatDbContext db, TimeProvider clock)
{
    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    // Until it expires, an ended refresh token that is used again gives a thief away.
    public async Task CleanUpAsync(CancellationToken ct)
    {
        var now = clock.Now();
        await db.AccessTokens.Where(t => t.ExpiresAt < now).ExecuteDeleteAsync(ct);
        await db.IdempotencyKeys.Where(k => k.CreatedAt < now - IdempotencyKey.Lifetime).ExecuteDeleteAsync(ct);
    }
}
