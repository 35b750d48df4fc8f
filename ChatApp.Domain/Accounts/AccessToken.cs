namespace ChatApp.Domain.Accounts;

/// <summary>What a token is good for.</summary>
public enum TokenKind
{
    /// <summary>The pages' cookie: the cookie names this row, so that ending the row ends the cookie.</summary>
    Cookie,

    /// <summary>A short-lived bearer token of the JSON API.</summary>
    Access,

    /// <summary>Gives the next pair of bearer tokens, once.</summary>
    Refresh,
}

/// <summary>
/// A credential of one sign-in. Only its hash is kept. All tokens of a sign-in share <see cref="LoginId"/>, so that they end together;
/// every request looks its token up, so that ending one works at once on every instance.
/// </summary>
public sealed class AccessToken
{
    public const int HashLength = 32;

    public Guid Id { get; set; }

    public Guid UserId { get; set; }

    public Guid LoginId { get; set; }

    public TokenKind Kind { get; set; }

    /// <summary>SHA-256 of the secret, which has 256 random bits and so needs no salt.</summary>
    public byte[] Hash { get; set; } = [];

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    /// <summary>When it was used up (refresh) or revoked; it is worthless since.</summary>
    public DateTimeOffset? EndedAt { get; set; }
}
