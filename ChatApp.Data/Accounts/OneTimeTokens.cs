using Microsoft.EntityFrameworkCore;

namespace ChatApp.Data.Accounts;

/// <summary>Finds and uses the tokens that work once and are no sign-in: challenges and reset links.</summary>
internal static class OneTimeTokens
{
    extension(ChatDbContext db)
    {
        /// <summary>The token with this secret; null if there is none, or if it is used or too old.</summary>
        public async Task<AccessToken?> FindUnusedAsync(string? secret, TokenKind kind, DateTimeOffset now, CancellationToken ct)
        {
            if (string.IsNullOrEmpty(secret))
            {
                return null;
            }
            var hash = TokenSecrets.Hash(secret);
            return await db.AccessTokens.AsNoTracking().SingleOrDefaultAsync(t => t.Hash == hash && t.Kind == kind && t.EndedAt == null && t.ExpiresAt > now, ct);
        }

        /// <summary>Uses a token.</summary>
        /// <returns>False if a concurrent request has used it.</returns>
        public async Task<bool> TryUseAsync(AccessToken token, DateTimeOffset now, CancellationToken ct) =>
            await db.AccessTokens.Where(t => t.Id == token.Id && t.EndedAt == null).ExecuteUpdateAsync(t => t.SetProperty(x => x.EndedAt, now), ct) == 1;
    }
}
