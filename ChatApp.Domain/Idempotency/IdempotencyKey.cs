namespace ChatApp.Domain.Idempotency;

/// <summary>A key that a client sent with a request, stored in the transaction that created the resource.</summary>
public sealed class IdempotencyKey
{
    /// <summary>The primary key: a user's keys are unique.</summary>
    public const string PrimaryKey = "pk_idempotency_keys";

    public const int KeyMaxLength = 128;
    public const int HashLength = 32;

    /// <summary>How long a repeated request returns the first response.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    public required Guid UserId { get; init; }

    public required string Key { get; init; }

    /// <summary>SHA-256 of the request; the same key with another request is a client error.</summary>
    public required byte[] RequestHash { get; init; }

    /// <summary>What was created: a session, a reply, a message or an API key.</summary>
    public required Guid ResourceId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
