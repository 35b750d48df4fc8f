namespace ChatApp.Data.Accounts.TwoFactor;

/// <summary>The secret that an account shares with an authenticator app. An account has one if and only if two-factor sign-in is on.</summary>
public sealed class TwoFactorSecret
{
    /// <summary>The primary key.</summary>
    public const string PrimaryKey = "pk_two_factor_secrets";

    public required Guid UserId { get; init; }

    /// <summary>Encrypted with the keys of data protection.</summary>
    public required byte[] Secret { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The time step of the last accepted code: a code of it or of an earlier one is refused, so that none works twice.</summary>
    public long LastStep { get; set; }
}

/// <summary>A code that replaces one of the authenticator app, once: the row is deleted when it is used.</summary>
public sealed class RecoveryCode
{
    /// <summary>How many an account gets.</summary>
    public const int Count = 10;

    public required Guid UserId { get; init; }

    /// <summary>SHA-256 of the code, which has 80 random bits and so needs no salt.</summary>
    public required byte[] Hash { get; init; }
}
