using ChatApp.Data.Accounts.TwoFactor;
using ChatApp.Data.Security;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Time;
using Microsoft.AspNetCore.Identity;

namespace ChatApp.Data.Accounts;

/// <summary>How an attempt to sign in went.</summary>
public enum SignInStatus
{
    /// <summary>Everything was right: the caller starts the sign-in.</summary>
    Succeeded,

    /// <summary>The user name or the password is wrong.</summary>
    Failed,

    /// <summary>The password is right, and a two-factor code is needed.</summary>
    CodeRequired,

    /// <summary>The password is right, the code is wrong or was used before.</summary>
    CodeWrong,
}

/// <summary>Checks who signs in: the password and, with two-factor sign-in, a code. Wrong codes are slowed down like wrong passwords.</summary>
public sealed class SignInService(
    ChatDbContext db, AccountService accounts, TwoFactorService twoFactor, UserManager<AppUser> users, AttemptLimiter attempts, SecurityLog security, IRequestOrigin origin, TimeProvider clock)
{
    /// <summary>How long a code can be entered after the password.</summary>
    public static readonly TimeSpan ChallengeLifetime = TimeSpan.FromMinutes(10);

    /// <summary>Checks a password and, with two-factor sign-in, a code.</summary>
    /// <exception cref="TooManyException">There were too many unsuccessful attempts.</exception>
    public async Task<(SignInStatus Status, AppUser? Account)> CheckAsync(string userNameOrEmail, string password, string? code, CancellationToken ct, KnownBrowser? browser = null)
    {
        if (await accounts.CheckPasswordAsync(userNameOrEmail, password, browser) is not { } account)
        {
            return (SignInStatus.Failed, null);
        }
        return !account.TwoFactorEnabled ? (SignInStatus.Succeeded, account)
            : string.IsNullOrWhiteSpace(code) ? (SignInStatus.CodeRequired, account)
            : await UseCodeAsync(account, code, ct) ? (SignInStatus.Succeeded, account)
            : (SignInStatus.CodeWrong, account);
    }

    /// <summary>Remembers that the password was right, until the code has been entered.</summary>
    /// <returns>The secret of the challenge. It signs nobody in.</returns>
    public async Task<string> StartChallengeAsync(Guid userId, CancellationToken ct)
    {
        var (token, secret) = TokenSecrets.NewToken(userId, Guid.CreateVersion7(clock.Now()), TokenKind.Challenge, clock.Now(), ChallengeLifetime);
        db.AccessTokens.Add(token);
        await db.SaveChangesAsync(ct);
        return secret;
    }

    /// <summary>Checks the code for a challenge, which works once.</summary>
    /// <returns><see cref="SignInStatus.Failed"/> if the challenge is unknown, too old or used.</returns>
    /// <exception cref="TooManyException">There were too many wrong codes.</exception>
    public async Task<(SignInStatus Status, AppUser? Account)> AnswerAsync(string? challenge, string? code, CancellationToken ct)
    {
        if (await FindAsync(challenge, ct) is not { } token || await users.FindByIdAsync(token.UserId.ToString()) is not { DisabledAt: null } account)
        {
            return (SignInStatus.Failed, null);
        }
        if (!await UseCodeAsync(account, code, ct))
        {
            return (SignInStatus.CodeWrong, account);
        }
        return await db.TryUseAsync(token, clock.Now(), ct) ? (SignInStatus.Succeeded, account) : (SignInStatus.Failed, null);
    }

    /// <summary>Whether a code can be entered for a challenge.</summary>
    public async Task<bool> IsOpenAsync(string? challenge, CancellationToken ct) => await FindAsync(challenge, ct) is not null;

    /// <summary>Requires a signed-in user's password once more, before something that a thief of the sign-in must not do.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="password">The password.</param>
    /// <param name="code">The two-factor code.</param>
    /// <param name="withCode">Whether the code is required as well if two-factor sign-in is on.</param>
    /// <param name="ct">Ends the request.</param>
    /// <exception cref="InvalidException">The password or the code is wrong.</exception>
    /// <exception cref="TooManyException">Too many were.</exception>
    public async Task ConfirmAsync(Guid userId, string? password, string? code, bool withCode, CancellationToken ct)
    {
        var account = await accounts.FindAsync(userId);
        var (secret, source) = (GuessedSecret.PasswordOf(userId, SecurityEventKind.PasswordConfirmation), $"sign-in {origin.LoginId}");
        await attempts.CountAsync(secret, source);
        if (!await users.CheckPasswordAsync(account, password ?? ""))
        {
            await security.AddAsync(SecurityEventKind.PasswordConfirmation, userId, SecurityResult.Failed);
            throw new InvalidException("password", "Incorrect password.");
        }
        await attempts.ForgetAsync(secret, source);
        if (withCode && account.TwoFactorEnabled && !await UseCodeAsync(account, code, ct))
        {
            throw new InvalidException("code", TwoFactorService.WrongCodeMessage);
        }
    }

    private async Task<bool> UseCodeAsync(AppUser account, string? code, CancellationToken ct)
    {
        var secret = GuessedSecret.CodeOf(account.Id);
        await attempts.CountAsync(secret, AttemptLimiter.Everybody);
        if (!await twoFactor.UseAsync(account.Id, code, ct))
        {
            return false;
        }
        await attempts.ForgetAsync(secret, AttemptLimiter.Everybody);
        return true;
    }

    private Task<AccessToken?> FindAsync(string? challenge, CancellationToken ct) => db.FindUnusedAsync(challenge, TokenKind.Challenge, clock.Now(), ct);
}
