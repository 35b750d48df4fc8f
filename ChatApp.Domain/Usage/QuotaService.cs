using System.Text;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Generation;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Models;
using ChatApp.Domain.Personas;
using ChatApp.Domain.Sessions;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Domain.Usage;

/// <summary>Reserves tokens for the replies of users who have a quota, so that concurrent calls cannot spend it twice.</summary>
public sealed class QuotaService(IChatDb db, IUsageLedger ledger, PersonaCatalog personas)
{
    /// <summary>The most tokens that a reply can cost; 0 for users without a quota.</summary>
    /// <param name="session">The session that the reply belongs to.</param>
    /// <param name="persona">The persona that replies; null: the session's.</param>
    /// <param name="model">The model that replies.</param>
    /// <param name="question">The message that is not stored yet; empty if there is none.</param>
    /// <param name="maxTokens">The longest reply; null: the persona's.</param>
    /// <param name="ct">Ends the request.</param>
    public async Task<long> MostTokensAsync(ChatSession session, string? persona, ChatModel model, string question, int? maxTokens, CancellationToken ct)
    {
        if (await ledger.MeasurePromptAsync(session.UserId, session.Id, ct) is not { } history)
        {
            return 0;
        }
        var character = personas.Get(persona ?? session.Persona);
        // No tokenizer produces more tokens than a text has bytes.
        var prompt = history.Bytes + (history.Messages + 2) * TokenEstimator.TokensPerMessage
            + Encoding.UTF8.GetByteCount(question) + Encoding.UTF8.GetByteCount(character.SystemPrompt);
        return Math.Min(prompt, model.ContextWindow) + (maxTokens ?? character.MaxTokens);
    }

    /// <summary>Reserves tokens in the caller's transaction; the reply's end releases them and charges what was used.</summary>
    /// <exception cref="QuotaExceededException">They do not fit into the quota.</exception>
    public async Task ReserveAsync(Guid userId, long tokens, CancellationToken ct)
    {
        if (tokens > 0 && !await ledger.ReserveAsync(userId, tokens, ct))
        {
            throw Exceeded();
        }
    }

    /// <summary>Reserves more tokens for a reply that is being generated.</summary>
    /// <exception cref="QuotaExceededException">They do not fit into the quota.</exception>
    public async Task ExtendAsync(ChatMessage reply, long tokens, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var extended = await db.Messages.WrittenBy(reply).ExecuteUpdateAsync(m => m.SetProperty(x => x.ReservedTokens, x => x.ReservedTokens + tokens), ct);
        if (extended == 1)
        {
            await ReserveAsync(reply.UserId, tokens, ct);
            await transaction.CommitAsync(CancellationToken.None);
            reply.ReservedTokens += tokens;
        }
    }

    /// <summary>A user's quota in tokens; null for none.</summary>
    public Task<long?> FindAsync(Guid userId, CancellationToken ct) =>
        db.UserUsage.Where(u => u.UserId == userId).Select(u => u.TokenQuota).FirstOrDefaultAsync(ct);

    /// <summary>Sets a user's quota in tokens; null lifts it.</summary>
    public Task SetAsync(Guid userId, long? tokens, CancellationToken ct) => ledger.SetQuotaAsync(userId, tokens, ct);

    internal static QuotaExceededException Exceeded() =>
        new("Your token quota is used up, or too little of it is left for this reply. Ask an administrator for more.");
}
