namespace ChatApp.Data.Security;

/// <summary>The unsuccessful attempts to guess one secret from one source.</summary>
public sealed class AttemptLimit
{
    public const int SourceMaxLength = 64;

    /// <summary>SHA-256 of what is guessed, such as the password of a user name.</summary>
    public required byte[] Subject { get; init; }

    /// <summary>Who guesses: a network, a known browser, a sign-in, or everybody together (empty).</summary>
    public required string Source { get; init; }

    /// <summary>Attempts since the last success.</summary>
    public required int Attempts { get; init; }

    /// <summary>When the next attempt is possible; null: at once.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>Whether the security log has an entry for attempts refused since the last one that was not.</summary>
    public bool Noted { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}
