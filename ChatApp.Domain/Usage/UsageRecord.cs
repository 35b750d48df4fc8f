namespace ChatApp.Domain.Usage;

/// <summary>What a call to a provider was for.</summary>
public enum UsagePurpose
{
    /// <summary>The text of a reply.</summary>
    Reply,

    /// <summary>A round that ended in calls of tools.</summary>
    Tool,

    /// <summary>A session's title.</summary>
    Title,
}

/// <summary>
/// The ledger: one row for each call to a model's provider, also failed and stopped ones, written in the transaction that ends the reply.
/// Rows outlive the chats they belong to, so they refer to them without a foreign key.
/// </summary>
public sealed class UsageRecord
{
    public required Guid Id { get; init; }

    public required Guid UserId { get; init; }

    public required Guid SessionId { get; init; }

    public required Guid MessageId { get; init; }

    public required UsagePurpose Purpose { get; init; }

    public required string Provider { get; init; }

    public required string Model { get; init; }

    /// <summary>Tokens of the prompt.</summary>
    public long PromptTokens { get; set; }

    /// <summary>Tokens of the completion, as far as it was received.</summary>
    public long CompletionTokens { get; set; }

    /// <summary>True when the provider reported no usage and the tokens are our estimate.</summary>
    public bool Estimated { get; set; }

    public int DurationMilliseconds { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}
