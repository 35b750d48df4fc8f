using Microsoft.EntityFrameworkCore;

namespace ChatApp.Domain.Idempotency;

public static class IdempotencyQueries
{
    extension(IChatDb db)
    {
        /// <summary>What an earlier request of the caller's with this key has created; null without one.</summary>
        /// <exception cref="Errors.ConflictException">The key was used for another request.</exception>
        public async Task<Guid?> FindCreatedAsync(Guid userId, RequestKey request, DateTimeOffset now, CancellationToken ct)
        {
            var keys = db.IdempotencyKeys.AsNoTracking().Where(k => k.UserId == userId && k.Key == request.Key);
            var stored = await keys.FirstOrDefaultAsync(ct);
            if (stored is null)
            {
                return null;
            }
            var oldest = now - IdempotencyKey.Lifetime;
            if (stored.CreatedAt <= oldest)
            {
                await keys.Where(k => k.CreatedAt <= oldest).ExecuteDeleteAsync(ct); // the key may be used again
                return null;
            }
            request.MustMatch(stored);
            return stored.ResourceId;
        }
    }
}
