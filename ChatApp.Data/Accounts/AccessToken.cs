namespace ChatApp.Data.Accounts;

/// <summary>What a token is for.</summary>
public enum TokenKind
{
    /// <summary>The secret in the pages' cookie.</summary>
    Cookie,

    /// <summary>A short-lived bearer token of the JSON API.</summary>
    Access,

    /// <summary>Gets the next pair of bearer tokens, once.</summary>
    Refresh,

    /// <summary>A personal API key: created and named by its owner, for a program. It is a sign-in of its own.</summary>
    ApiKey,

    /// <summary>The right to enter a two-factor code, once, after the password. It is no sign-in.</summary>
    Challenge,

    /// <summary>A link, given out by an administrator, that sets a new password, once. It is no sign-in.</summary>
    Reset,
}

/// <summary>
/// A credential of one sign-in, or a personal API key. Only its hash is stored. All tokens of a sign-in share <see cref="LoginId"/>, so that they end
/// together. Every request looks up its token, so that revoking one takes effect at once on every instance.
/// </summary>
public sealed class AccessToken
{
    /// <summary>The unique index by which a request's token is found.</summary>
    public const string HashIndex = "ix_access_tokens_hash";

    public const int HashLength = 32;
    public const int NameMaxLength = 100;
    public const int PrefixLength = 12;

    /// <summary>The maximum number of API keys per account.</summary>
    public const int MaxApiKeys = 50;

    /// <summary>The maximum lifetime of an API key that expires, in days.</summary>
    public const int MaxApiKeyDays = 3650;

    public required Guid Id { get; init; }

    public required Guid UserId { get; init; }

    /// <summary>The sign-in.</summary>
    public required Guid LoginId { get; init; }

    public required TokenKind Kind { get; init; }

    /// <summary>SHA-256 of the secret, which has 256 random bits and so needs no salt.</summary>
    public required byte[] Hash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null for an API key that never expires.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>When it was revoked or, for a refresh token, used; null while it is valid.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>What the owner calls an API key; null for other tokens.</summary>
    public string? Name { get; set; }

    /// <summary>The beginning of an API key's secret, by which its owner recognises it.</summary>
    public string? Prefix { get; set; }

    public ApiScope Scopes { get; set; }

    /// <summary>When an API key was last used, to the minute.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    /// <summary>The IP address from which the sign-in was started.</summary>
    public string? Address { get; set; }

    /// <summary>The browser or program that started the sign-in, as it names itself. Control characters are encoded.</summary>
    public string? UserAgent { get; set; }

    /// <summary>Whether a reset link also turns off two-factor sign-in.</summary>
    public bool RemovesTwoFactor { get; set; }
}
