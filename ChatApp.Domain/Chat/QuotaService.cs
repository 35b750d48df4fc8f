using System.Text;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Personas;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Domain.Chat;

/// <summary>Sets tokens aside for answers of users who have a quota, so that calls at the same time cannot spend it twice.</summary>
public sealed class QuotaService(IChatDb db, PersonaCatalog personas, TimeProvider clock)
{
    /// <summary>The most tokens that an answer can cost; 0 for users without a quota, for whom nothing is set aside.</summary>
    public async Task<long> MostTokensAsync(ChatSession session, string? persona, ChatModel model, string question, int? maxTokens, CancellationToken ct)
    {
        if (!await db.UserUsage.AnyAsync(u => u.UserId == session.UserId && u.TokenQuota != null, ct))
        {
            return 0;
        }
        var character = personas.Get(persona ?? session.Persona);
        // No tokenizer makes more tokens than there are bytes.
        var history = await db.Database.SqlQuery<long>($"""
            SELECT coalesce(sum(octet_length(content) + octet_length(tool_calls::text) + {PromptSize.TokensPerMessage}), 0)::bigint AS "Value" FROM messages WHERE session_id = {session.Id} AND deleted_at IS NULL
            """).SingleAsync(ct);
        var prompt = history + Encoding.UTF8.GetByteCount(question) + Encoding.UTF8.GetByteCount(character.SystemPrompt) + 2 * PromptSize.TokensPerMessage;
        return Math.Min(prompt, model.ContextWindow) + (maxTokens ?? character.MaxTokens);
    }

    /// <summary>Sets tokens aside, in the caller's transaction; the answer's end gives them back and charges what was used.</summary>
    /// <exception cref="QuotaExceededException">They would not fit into the quota.</exception>
    public async Task ReserveAsync(Guid userId, long tokens, CancellationToken ct)
    {
        var reserved = tokens == 0 ? 1 : await db.UserUsage
            .Where(u => u.UserId == userId && (u.TokenQuota == null || u.TotalTokens + u.ReservedTokens + tokens <= u.TokenQuota))
            .ExecuteUpdateAsync(u => u.SetProperty(x => x.ReservedTokens, x => x.ReservedTokens + tokens), ct);
        if (reserved == 0)
        {
            throw new QuotaExceededException("Your token quota is used up, or too little of it is left for this reply. Ask an administrator for more.");
        }
    }

    /// <summary>Sets more tokens aside for an answer that is being written.</summary>
    /// <exception cref="QuotaExceededException">They would not fit into the quota.</exception>
    public async Task ExtendAsync(ChatMessage reply, long tokens, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var isOurs = await db.Messages.Where(m => m.Id == reply.Id && m.Status == MessageStatus.Generating && m.InstanceId == reply.InstanceId)
            .ExecuteUpdateAsync(m => m.SetProperty(x => x.ReservedTokens, x => x.ReservedTokens + tokens), ct);
        if (isOurs == 1)
        {
            await ReserveAsync(reply.UserId, tokens, ct);
            await transaction.CommitAsync(CancellationToken.None);
            reply.ReservedTokens += tokens;
        }
    }

    /// <summary>Sets a user's quota in tokens; null lifts it.</summary>
    public Task SetAsync(Guid userId, long? tokens, CancellationToken ct) => db.Database.ExecuteSqlAsync($"""
        INSERT INTO user_usage (user_id, prompt_tokens, completion_tokens, total_tokens, request_count, reserved_tokens, token_quota, created_at, updated_at)
        VALUES ({userId}, 0, 0, 0, 0, 0, {tokens}::bigint, {clock.Now()}, {clock.Now()})
        ON CONFLICT (user_id) DO UPDATE SET token_quota = excluded.token_quota, updated_at = excluded.updated_at
        """, ct);
}
