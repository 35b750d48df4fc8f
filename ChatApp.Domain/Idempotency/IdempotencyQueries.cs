using Microsoft.EntityFrameworkCore;

namespace ChatApp.Domain.Idempotency;

public static class IdempotencyQueries
{
    extension(IChatDb db)
    {
        /// <summary>The resource that an earlier request of the caller with this key created; null if there was none.</summary>
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
