namespace ChatApp.Data.Security;

/// <summary>What an event of the security log is about; its <see cref="SecurityResult"/> tells how it went. Stored by name: never rename one.</summary>
public enum SecurityEventKind
{
    SignIn,
    SignInThrottled,
    SignOut,
    TokensRevoked,
    RefreshTokenReused,
    PasswordChange,
    PasswordConfirmation,
    TwoFactorOn,
    TwoFactorOff,
    TwoFactorCode,
    RecoveryCode,
    ApiKeyCreated,
    ApiKeyRevoked,
    RoleChanged,
    QuotaChanged,
    AccountCreated,
    AccountDeleted,
    AccountDisabled,
    AccountEnabled,
    AccountUnlocked,
    AccountExported,
    ResetLinkCreated,
    ResetLinkUsed,
    SetupToken,
    ToolApproved,
    ToolDenied,
    ToolCalled,
}

/// <summary>How it went.</summary>
public enum SecurityResult
{
    Succeeded,

    /// <summary>The caller could not prove to be entitled: a wrong password, code or token.</summary>
    Failed,

    /// <summary>The caller was not let try, or may not do it.</summary>
    Refused,
}

/// <summary>
/// An entry of the security log: who did what to which account, from where. Texts are names rather than enumerations, so that an instance of a previous
/// version can read the entries of a newer one. No foreign keys: entries outlive accounts.
/// </summary>
public sealed class SecurityEvent
{
    public const int NameMaxLength = 32;
    public const int AddressMaxLength = 64;
    public const int UserAgentMaxLength = 256;
    public const int DetailMaxLength = 200;

    public required Guid Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>A <see cref="SecurityEventKind"/> in snake_case.</summary>
    public required string Kind { get; init; }

    /// <summary>A <see cref="SecurityResult"/> in snake_case.</summary>
    public required string Result { get; init; }

    /// <summary>The account that did it; null for somebody who was not signed in, for the app itself, and for an account deleted since.</summary>
    public Guid? ActorId { get; init; }

    /// <summary>The account that it was done to; null for an unknown account and for one deleted since.</summary>
    public Guid? SubjectId { get; init; }

    /// <summary>The IP address of the request.</summary>
    public string? Address { get; init; }

    /// <summary>The browser or program, as it names itself. Control characters are encoded.</summary>
    public string? UserAgent { get; init; }

    /// <summary>A few words, without secrets and without texts of users.</summary>
    public string? Detail { get; init; }
}
