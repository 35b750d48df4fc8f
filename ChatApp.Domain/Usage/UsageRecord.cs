namespace ChatApp.Domain.Usage;

/// <summary>What a call to a model's provider was for.</summary>
public enum UsagePurpose
{
    Answer,
    Tool,
    Title,
}

/// <summary>
/// A row of the ledger: one call to a model's provider, also a failed or stopped one, written in the transaction that ends the reply.
/// Rows outlive the sessions they belong to, so they have no foreign key to them.
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

    /// <summary>Tokens of the reply, as far as it was received.</summary>
    public long CompletionTokens { get; set; }

    /// <summary>Whether the tokens are an estimate, because the provider reported no usage.</summary>
    public bool Estimated { get; set; }

    public int DurationMilliseconds { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}
