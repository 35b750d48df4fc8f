namespace ChatApp.Domain.Idempotency;

/// <summary>A key that a client gave to a request, stored in the transaction of what the request created.</summary>
public sealed class IdempotencyKey
{
    public const int KeyMaxLength = 128;
    public const int HashLength = 32;

    /// <summary>How long a key gives the first answer again.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    public Guid UserId { get; set; }

    public string Key { get; set; } = "";

    /// <summary>SHA-256 of what was asked: the same key for something else is a mistake.</summary>
    public byte[] RequestHash { get; set; } = [];

    /// <summary>What was created: a session, an answer, a message or an API key.</summary>
    public Guid ResourceId { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}
