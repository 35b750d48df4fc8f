namespace ChatApp.Domain.Usage;

/// <summary>What a call to a provider was for.</summary>
public enum UsagePurpose
{
    Answer,
    Tool,
    Title,
}

/// <summary>
/// The ledger: one row for each call to a model's provider, also failed and stopped ones, written in the transaction that ends the reply.
/// Rows outlive the chats they belong to, so they refer to them without a foreign key.
/// </summary>
public sealed class UsageRecord
{
    public Guid Id { get; set; }

    public Guid UserId { get; set; }

    public Guid SessionId { get; set; }

    public Guid MessageId { get; set; }

    public UsagePurpose Purpose { get; set; }

    public string Provider { get; set; } = "";

    public string Model { get; set; } = "";

    /// <summary>Tokens of the prompt.</summary>
    public long PromptTokens { get; set; }

    /// <summary>Tokens of the answer, as far as it was received.</summary>
    public long CompletionTokens { get; set; }

    /// <summary>True when the provider reported no usage and the tokens are our estimate.</summary>
    public bool Estimated { get; set; }

    public int DurationMilliseconds { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}
