namespace ChatApp.Domain.Usage;

/// <summary>The statements that keep the ledger and the users' totals equal.</summary>
public interface IUsageLedger
{
    /// <summary>Adds a call to the ledger and to the user's totals, if the quota has room for it.</summary>
    /// <returns>Whether it had.</returns>
    Task<bool> ChargeAsync(UsageRecord record, CancellationToken ct);

    /// <summary>Replaces what a call was charged with, in the ledger and in the totals.</summary>
    Task CorrectAsync(UsageRecord charged, ProviderCall actual, CancellationToken ct);

    /// <summary>Reserves tokens of the user's quota, in the caller's transaction if there is one.</summary>
    /// <returns>Whether the quota has room for them.</returns>
    Task<bool> ReserveAsync(Guid userId, long tokens, CancellationToken ct);

    /// <summary>How large the prompt of a session's next reply can get.</summary>
    /// <returns>The bytes of its messages and tool calls and how many messages there are; null for users without a quota.</returns>
    Task<(long Bytes, int Messages)?> MeasurePromptAsync(Guid userId, Guid sessionId, CancellationToken ct);

    /// <summary>Sets a user's quota in tokens; null lifts it.</summary>
    Task SetQuotaAsync(Guid userId, long? tokens, CancellationToken ct);
}
