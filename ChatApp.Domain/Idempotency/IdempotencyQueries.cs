using Microsoft.EntityFrameworkCore;

namespace ChatApp.Domain.Idempotency;

public static class IdempotencyQueries
{
    extension(IChatDb db)
    {
        /// <summary>What the caller's request with this key has created, if it was made before.</summary>
        /// <exception cref="Errors.ConflictException">The key was used for another request.</exception>
        public async Task<Guid?> FindCreatedAsync(Guid userId, RequestKey request, DateTimeOffset now, CancellationToken ct)
        {
            var since = now - IdempotencyKey.Lifetime;
            var stored = await db.IdempotencyKeys.AsNoTracking()
                .FirstOrDefaultAsync(k => k.UserId == userId && k.Key == request.Key && k.CreatedAt > since, ct);
            if (stored is null)
            {
                return null;
            }
            request.MustMatch(stored);
            return stored.ResourceId;
        }
    }
}
