namespace ChatApp.Domain.Usage;

/// <summary>Configuration section <c>Quotas</c>.</summary>
public sealed class QuotaSettings
{
    /// <summary>The most tokens that a user without a quota of their own may use; null for no limit.</summary>
    public long? DefaultTokens { get; set; }
}
