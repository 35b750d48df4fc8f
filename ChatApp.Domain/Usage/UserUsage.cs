namespace ChatApp.Domain.Usage;

/// <summary>One user's totals, changed only in the transactions that add to the ledger, and so always equal to its sums.</summary>
public sealed class UserUsage
{
    /// <summary>Nobody: has the usage of all deleted accounts together, so that sums over all users stay right.</summary>
    public static readonly Guid DeletedAccounts = Guid.Empty;

    public required Guid UserId { get; init; }

    public long PromptTokens { get; set; }

    public long CompletionTokens { get; set; }

    /// <summary><see cref="PromptTokens"/> + <see cref="CompletionTokens"/>.</summary>
    public long TotalTokens { get; set; }

    /// <summary>Rows of the ledger.</summary>
    public long RequestCount { get; set; }

    /// <summary>The maximum number of tokens the user may use, set by an administrator; null for no limit.</summary>
    public long? TokenQuota { get; set; }

    /// <summary>Tokens reserved for replies that are being generated: the sum of their <see cref="Chat.ChatMessage.ReservedTokens"/>.</summary>
    public long ReservedTokens { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }
}
