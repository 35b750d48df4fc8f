using ChatApp.Data.Security;

namespace ChatApp.Data.Accounts;

/// <summary>A secret of an account whose guessing is limited.</summary>
/// <param name="Subject">What is guessed, for <see cref="AttemptLimit.Subject"/>.</param>
/// <param name="Kind">The kind of the entry in the security log if attempts are refused.</param>
/// <param name="UserId">The account; null if there is none.</param>
public readonly record struct GuessedSecret(string Subject, SecurityEventKind Kind, Guid? UserId)
{
    /// <summary>A two-factor code. All guesses of an account count together: who guesses it knows the password.</summary>
    public static GuessedSecret CodeOf(Guid userId) => new($"code {userId}", SecurityEventKind.TwoFactorCode, userId);

    /// <summary>The password of somebody who is signed in.</summary>
    public static GuessedSecret PasswordOf(Guid userId, SecurityEventKind kind) => new($"password {userId}", kind, userId);

    /// <summary>The password for a normalized name. Not of the account, because that would tell which names belong to the same one.</summary>
    public static string SignIn(string? normalizedName) => $"sign-in {normalizedName}";

    /// <summary>All that somebody who signs in to an account could guess.</summary>
    public static string[] SignInsOf(AppUser user) => SignInsOf(user.Id, user.NormalizedUserName, user.NormalizedEmail);

    internal static string[] SignInsOf(Guid userId, string? name, string? email) => [SignIn(name), SignIn(email), CodeOf(userId).Subject];
}
