using ChatApp.Data.Security;

namespace ChatApp.Web.Features.Shared;

/// <summary>An entry of the security log on a page.</summary>
/// <param name="At">When.</param>
/// <param name="What">What happened.</param>
/// <param name="Outcome">How it went, if it did not succeed.</param>
/// <param name="Detail">A few words more.</param>
/// <param name="By">Who did it.</param>
/// <param name="On">The account; null on a page about one account.</param>
/// <param name="From">The address; null if the reader may not know it.</param>
/// <param name="With">The browser or program.</param>
public sealed record SecurityRow(DateTimeOffset At, string What, string? Outcome, string? Detail, string By, string? On, string? From, string? With);

/// <summary>Entries of the security log, for the partial view <c>_SecurityEvents</c>.</summary>
/// <param name="Caption">What the table contains.</param>
/// <param name="Rows">The entries, newest first.</param>
/// <param name="IsOfAll">Whether it is about all accounts.</param>
public sealed record SecurityTable(string Caption, IReadOnlyList<SecurityRow> Rows, bool IsOfAll)
{
    private const string Unknown = "Unknown or deleted";

    /// <summary>What administrators see.</summary>
    public static SecurityTable OfAll(IEnumerable<NamedSecurityEvent> events) => new("Security log, newest first", [.. events.Select(e => new SecurityRow(
        e.Event.CreatedAt, SecurityTexts.Of(e.Event.Kind), SecurityTexts.OutcomeOf(e.Event.Result), e.Event.Detail,
        e.Actor ?? (e.Event.ActorId is null && e.Event.Address is not null ? "Not signed in" : Unknown), e.Subject ?? Unknown, e.Event.Address, e.Event.UserAgent))], true);

    /// <summary>What an account's owner sees: not where an administrator was.</summary>
    public static SecurityTable OfOwn(IEnumerable<NamedSecurityEvent> events) => new("Security events of your account, newest first", [.. events.Select(e =>
    {
        var isElse = e.Event.ActorId is { } actor && actor != e.Event.SubjectId;
        return new SecurityRow(
            e.Event.CreatedAt, SecurityTexts.Of(e.Event.Kind), SecurityTexts.OutcomeOf(e.Event.Result), e.Event.Detail,
            isElse ? "An administrator" : e.Event.ActorId is null ? "Not signed in" : "You", null, isElse ? null : e.Event.Address, isElse ? null : e.Event.UserAgent);
    })], false);
}

/// <summary>The names of security events on pages.</summary>
public static class SecurityTexts
{
    private static readonly Dictionary<SecurityEventKind, string> Kinds = new()
    {
        [SecurityEventKind.SignIn] = "Sign-in",
        [SecurityEventKind.SignInThrottled] = "Sign-in paused",
        [SecurityEventKind.SignOut] = "Sign-out",
        [SecurityEventKind.TokensRevoked] = "Signed out elsewhere",
        [SecurityEventKind.RefreshTokenReused] = "Refresh token used again",
        [SecurityEventKind.PasswordChange] = "Password change",
        [SecurityEventKind.PasswordConfirmation] = "Password asked again",
        [SecurityEventKind.TwoFactorOn] = "Two-factor sign-in turned on",
        [SecurityEventKind.TwoFactorOff] = "Two-factor sign-in turned off",
        [SecurityEventKind.TwoFactorCode] = "Two-factor code",
        [SecurityEventKind.RecoveryCode] = "Recovery code",
        [SecurityEventKind.ApiKeyCreated] = "API key created",
        [SecurityEventKind.ApiKeyRevoked] = "API key revoked",
        [SecurityEventKind.RoleChanged] = "Role changed",
        [SecurityEventKind.QuotaChanged] = "Token quota changed",
        [SecurityEventKind.AccountCreated] = "Account created",
        [SecurityEventKind.AccountDeleted] = "Account deleted",
        [SecurityEventKind.AccountDisabled] = "Account disabled",
        [SecurityEventKind.AccountEnabled] = "Account enabled",
        [SecurityEventKind.AccountUnlocked] = "Sign-in unlocked",
        [SecurityEventKind.AccountExported] = "Data exported",
        [SecurityEventKind.ResetLinkCreated] = "Reset link created",
        [SecurityEventKind.ResetLinkUsed] = "Reset link used",
        [SecurityEventKind.SetupToken] = "Setup token",
        [SecurityEventKind.ToolApproved] = "Tool allowed",
        [SecurityEventKind.ToolDenied] = "Tool denied",
        [SecurityEventKind.ToolCalled] = "Tool called by a command",
    };

    /// <summary>All kinds with their names, in alphabetical order.</summary>
    public static IEnumerable<KeyValuePair<SecurityEventKind, string>> All => Kinds.OrderBy(k => k.Value, StringComparer.Ordinal);

    /// <summary>The name of a stored kind; that of a newer version is shown as it is stored.</summary>
    public static string Of(string stored) =>
        Enum.TryParse<SecurityEventKind>(stored.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var kind) && Kinds.TryGetValue(kind, out var text)
            ? text
            : stored;

    /// <summary>How it went; null if it succeeded.</summary>
    public static string? OutcomeOf(string stored) => stored switch
    {
        "succeeded" => null,
        "failed" => "Failed",
        "refused" => "Refused",
        _ => stored,
    };
}
