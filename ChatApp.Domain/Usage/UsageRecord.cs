namespace ChatApp.Domain.Usage;

/// <summary>The purpose of a call to a model's provider.</summary>
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
/// A row of the ledger: one call to a model's provider, including failed and stopped ones, written in the transaction that ends the reply.
/// Rows outlive the sessions they belong to, so they have no foreign key to them.
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

    /// <summary>Tokens of the reply, as far as it was received.</summary>
    public long CompletionTokens { get; set; }

    /// <summary>Whether the tokens are an estimate, because the provider reported no usage.</summary>
    public bool Estimated { get; set; }

    public int DurationMilliseconds { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}
