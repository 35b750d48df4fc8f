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
            var keys = db.IdempotencyKeys.AsNoTracking().Where(k => k.UserId == userId && k.Key == request.Key);
            var stored = await keys.FirstOrDefaultAsync(ct);
            if (stored is null)
            {
                return null;
            }
            var oldest = now - IdempotencyKey.Lifetime;
            if (stored.CreatedAt <= oldest)
            {
                await keys.Where(k => k.CreatedAt <= oldest).ExecuteDeleteAsync(ct); // it may be used for something new
                return null;
            }
            request.MustMatch(stored);
            return stored.ResourceId;
        }
    }
}
