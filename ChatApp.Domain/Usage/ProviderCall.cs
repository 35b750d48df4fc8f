using ChatApp.Domain.Chat;

namespace ChatApp.Domain.Usage;

/// <summary>A completed call to a model's provider, whatever its outcome.</summary>
/// <param name="Id">Its id in the ledger.</param>
/// <param name="Purpose">The purpose.</param>
/// <param name="Provider">Who served it.</param>
/// <param name="Model">The model.</param>
/// <param name="Usage">Its tokens.</param>
/// <param name="DurationMilliseconds">How long it took.</param>
public sealed record ProviderCall(Guid Id, UsagePurpose Purpose, string Provider, string Model, TokenUsage Usage, int DurationMilliseconds)
{
    /// <summary>The call's row in the ledger.</summary>
    public UsageRecord ToRecord(ChatMessage reply, DateTimeOffset now) => new()
    {
        Id = Id,
        UserId = reply.UserId,
        SessionId = reply.SessionId,
        MessageId = reply.Id,
        Purpose = Purpose,
        Provider = Provider,
        Model = Model,
        PromptTokens = Usage.PromptTokens,
        CompletionTokens = Usage.CompletionTokens,
        Estimated = Usage.Estimated,
        DurationMilliseconds = DurationMilliseconds,
        CreatedAt = now,
    };
}

/// <summary>Tokens of one reply or one call.</summary>
/// <param name="PromptTokens">Tokens sent to the model.</param>
/// <param name="CompletionTokens">Tokens received from it.</param>
/// <param name="Estimated">Whether the provider reported none and they are the app's own estimate.</param>
public sealed record TokenUsage(long PromptTokens, long CompletionTokens, bool Estimated)
{
    public long TotalTokens => PromptTokens + CompletionTokens;

    /// <summary>The usage, but no more than this many tokens in all: a provider that reports more than it can have used does not exceed a reservation.</summary>
    public TokenUsage AtMost(long tokens)
    {
        var prompt = Math.Min(PromptTokens, Math.Max(tokens, 0));
        var completion = Math.Min(CompletionTokens, Math.Max(tokens, 0) - prompt);
        return TotalTokens <= tokens ? this : new(prompt, completion, Estimated: true);
    }

    public static TokenUsage? Of(ChatMessage message) =>
        message is { PromptTokens: { } prompt, CompletionTokens: { } completion } ? new(prompt, completion, message.UsageEstimated) : null;
}
