namespace ChatApp.Domain.Usage;

/// <summary>Changes the ledger and the users' totals together.</summary>
public interface IUsageLedger
{
    /// <summary>Adds a call to the ledger and to the user's totals, if the quota has room for it.</summary>
    /// <returns>Whether there was room.</returns>
    Task<bool> ChargeAsync(UsageRecord record, CancellationToken ct);

    /// <summary>Corrects the charge of a call, in the ledger and in the totals.</summary>
    Task CorrectAsync(UsageRecord charged, ProviderCall actual, CancellationToken ct);

    /// <summary>Reserves tokens of the user's quota, in the caller's transaction if there is one.</summary>
    /// <returns>Whether the quota has room for them.</returns>
    Task<bool> ReserveAsync(Guid userId, long tokens, CancellationToken ct);

    /// <summary>Reserves more tokens of the user's quota: as many as a share of what is left allows, in the caller's transaction if there is one.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="least">The fewest that are useful.</param>
    /// <param name="most">The most that are useful.</param>
    /// <param name="ct">Ends the request.</param>
    /// <returns>How many; null if the quota has no room for the fewest.</returns>
    Task<long?> ReserveMoreAsync(Guid userId, long least, long most, CancellationToken ct);

    /// <summary>The maximum size of the prompt of a session's next reply.</summary>
    /// <returns>The bytes of its messages and tool calls and how many messages there are; null for users without a quota.</returns>
    Task<(long Bytes, int Messages)?> MeasurePromptAsync(Guid userId, Guid sessionId, CancellationToken ct);

    /// <summary>Sets a user's quota in tokens; null lifts it.</summary>
    Task SetQuotaAsync(Guid userId, long? tokens, CancellationToken ct);
}
