using System.Text;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Generation;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Models;
using ChatApp.Domain.Personas;
using ChatApp.Domain.Sessions;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Domain.Usage;

/// <summary>
/// Reserves tokens for the replies of users who have a quota, so that concurrent calls cannot spend it twice. A reply begins with its prompt and a short
/// text reserved; before each call of the model more is reserved, and the model may write no more than that.
/// </summary>
public sealed class QuotaService(IChatDb db, IUsageLedger ledger, PersonaCatalog personas)
{
    /// <summary>A reply takes at most one part in so many of what is left of the quota: there is something for others that run at the same time.</summary>
    public const int MostShare = 4;

    private const int ShortReply = 500;

    /// <summary>The tokens without which a reply is not begun; 0 for users without a quota.</summary>
    /// <param name="session">The session that the reply belongs to.</param>
    /// <param name="persona">The persona that replies; null: the session's.</param>
    /// <param name="model">The model that replies.</param>
    /// <param name="question">The message that is not stored yet; empty if there is none.</param>
    /// <param name="maxTokens">The longest reply; null: the persona's.</param>
    /// <param name="ct">Ends the request.</param>
    public async Task<long> LeastTokensAsync(ChatSession session, string? persona, ChatModel model, string question, int? maxTokens, CancellationToken ct)
    {
        if (await ledger.MeasurePromptAsync(session.UserId, session.Id, ct) is not { } history)
        {
            return 0;
        }
        var character = personas.Get(persona ?? session.Persona);
        // No tokenizer produces more tokens than a text has bytes.
        var prompt = history.Bytes + (history.Messages + 2) * TokenEstimator.TokensPerMessage
            + Encoding.UTF8.GetByteCount(question) + Encoding.UTF8.GetByteCount(character.SystemPrompt);
        return Math.Min(prompt, model.ContextWindow) + Math.Min(maxTokens ?? character.MaxTokens, ShortReply);
    }

    /// <summary>Reserves the tokens of a reply's next call, and limits the length of the text to what could be reserved.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="spent">Tokens of its calls so far.</param>
    /// <param name="request">The next call.</param>
    /// <param name="ct">Ends the request.</param>
    /// <exception cref="QuotaExceededException">Not even a short text fits into the quota.</exception>
    public async Task<ModelRequest> LimitAsync(ChatMessage reply, long spent, ModelRequest request, CancellationToken ct)
    {
        var prompt = spent + request.MostTokens - request.Persona.MaxTokens;
        var (least, most) = (prompt + Math.Min(request.Persona.MaxTokens, ShortReply) - reply.ReservedTokens, prompt + request.Persona.MaxTokens - reply.ReservedTokens);
        if (most > 0)
        {
            await ExtendAsync(reply, Math.Max(least, 0), most, ct);
        }
        var length = (int)Math.Clamp(reply.ReservedTokens - prompt, 1, request.Persona.MaxTokens);
        return request with { Persona = request.Persona with { MaxTokens = length } };
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

    /// <summary>A user's quota in tokens; null for none.</summary>
    public Task<long?> FindAsync(Guid userId, CancellationToken ct) =>
        db.UserUsage.Where(u => u.UserId == userId).Select(u => u.TokenQuota).FirstOrDefaultAsync(ct);

    /// <summary>Sets a user's quota in tokens; null lifts it.</summary>
    public Task SetAsync(Guid userId, long? tokens, CancellationToken ct) => ledger.SetQuotaAsync(userId, tokens, ct);

    internal static QuotaExceededException Exceeded() =>
        new("Your token quota is used up, or too little of it is left for this reply. Ask an administrator for more.");

    // First the message, then the totals: the order in which a reply's end locks them.
    private async Task ExtendAsync(ChatMessage reply, long least, long most, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var own = db.Messages.WrittenBy(reply);
        if (await own.ExecuteUpdateAsync(m => m.SetProperty(x => x.ReservedTokens, x => x.ReservedTokens + least), ct) == 0)
        {
            return; // it has been ended
        }
        var granted = await ledger.ReserveMoreAsync(reply.UserId, least, most, ct) ?? throw Exceeded();
        await own.ExecuteUpdateAsync(m => m.SetProperty(x => x.ReservedTokens, x => x.ReservedTokens + granted - least), ct);
        await transaction.CommitAsync(CancellationToken.None);
        reply.ReservedTokens += granted;
    }
}
