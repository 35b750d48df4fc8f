namespace ChatApp.Data.Accounts;

/// <summary>
/// Permits the creation of the first account. Each start of an instance without accounts prints one; all are valid until the first account is created.
/// Only the hash is stored.
/// </summary>
public sealed class SetupToken
{
    /// <summary>SHA-256 of the token.</summary>
    public required byte[] Hash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
