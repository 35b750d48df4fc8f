using ChatApp.Domain.Errors;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Domain.Chat;

/// <summary>Sets tokens aside for answers of users who have a quota, so that calls at the same time cannot spend it twice.</summary>
public sealed class QuotaService(IChatDb db)
{
    /// <summary>Sets tokens aside, in the caller's transaction; the answer's end gives them back and charges what was used.</summary>
    /// <exception cref="QuotaExceededException">They would not fit into the quota.</exception>
    public async Task ReserveAsync(Guid userId, long tokens, CancellationToken ct)
    {
        var reserved = await db.UserUsage
            .Where(u => u.UserId == userId && (u.TokenQuota == null || u.TotalTokens + u.ReservedTokens + tokens <= u.TokenQuota))
            .ExecuteUpdateAsync(u => u.SetProperty(x => x.ReservedTokens, x => x.ReservedTokens + tokens), ct);
        if (reserved == 0)
        {
            throw new QuotaExceededException("Your token quota is used up, or too little of it is left for this answer. Ask an administrator for more.");
        }
    }

    /// <summary>Sets a user's quota; null lifts it.</summary>
    public Task SetAsync(Guid userId, long? tokens, DateTimeOffset now, CancellationToken ct) => db.Database.ExecuteSqlAsync($"""
        INSERT INTO user_usage (user_id, prompt_tokens, completion_tokens, total_tokens, request_count, reserved_tokens, token_quota, created_at, updated_at)
        VALUES ({userId}, 0, 0, 0, 0, 0, {tokens}, {now}, {now})
        ON CONFLICT (user_id) DO UPDATE SET token_quota = excluded.token_quota, updated_at = excluded.updated_at
        """, ct);
}
