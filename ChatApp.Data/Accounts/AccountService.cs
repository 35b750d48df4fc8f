using ChatApp.Data.Security;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Time;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Data.Accounts;

/// <summary>A browser in which an account has signed in before.</summary>
/// <param name="UserId">The account.</param>
/// <param name="Id">The browser.</param>
public readonly record struct KnownBrowser(Guid UserId, string Id);

/// <summary>Finds and disables accounts, checks and changes passwords.</summary>
public sealed class AccountService(
    ChatDbContext db, UserManager<AppUser> users, LoginService logins, ApiKeyService keys, PasswordCheck passwords, AttemptLimiter attempts, SecurityLog security,
    IRequestOrigin origin, TimeProvider clock)
{
    /// <summary>The same for every reason, so that it does not reveal which accounts exist.</summary>
    public const string SignInFailedMessage =
        "Incorrect user name or password. After several failed attempts, sign-in is paused for a few minutes.";

    /// <summary>The account with this user name or e-mail address, if the password is right.</summary>
    /// <param name="userNameOrEmail">What was typed.</param>
    /// <param name="password">The password.</param>
    /// <param name="browser">The browser, if an account has signed in with it before.</param>
    /// <returns>Null for an unknown user, a wrong password and a disabled account alike.</returns>
    /// <exception cref="TooManyException">There were too many unsuccessful attempts; unknown users are counted as well.</exception>
    public async Task<AppUser?> CheckPasswordAsync(string userNameOrEmail, string password, KnownBrowser? browser = null)
    {
        var name = users.NormalizeName(userNameOrEmail);
        var user = await db.Users.FirstOrDefaultAsync(u => u.NormalizedUserName == name || u.NormalizedEmail == name);
        var secret = new GuessedSecret(GuessedSecret.SignIn(name), SecurityEventKind.SignInThrottled, user?.Id);
        // A browser that is known for this account has attempts of its own, so that its owner gets in whatever others do.
        var source = browser is { } known && known.UserId == user?.Id ? $"browser {known.Id}" : origin.Network ?? "app";
        await (source == origin.Network ? attempts.CountFromNetworkAsync(secret, source) : attempts.CountAsync(secret, source));
        if (!await passwords.IsRightAsync(user is { DisabledAt: null } ? user : null, password))
        {
            await security.AddAsync(SecurityEventKind.SignIn, user?.Id, SecurityResult.Failed, user is null ? "unknown account" : user.DisabledAt is null ? "wrong password" : "disabled account");
            return null;
        }
        await attempts.ForgetAsync(secret, source);
        return user;
    }

    /// <summary>Forgets the unsuccessful attempts to sign in to an account.</summary>
    /// <exception cref="NotFoundException">There is no such account.</exception>
    public async Task UnlockAsync(Guid userId, CancellationToken ct)
    {
        await attempts.ForgetAllAsync(GuessedSecret.SignInsOf(await FindAsync(userId)), ct);
        await security.AddAsync(SecurityEventKind.AccountUnlocked, userId);
    }

    /// <summary>Changes the password and ends all other sign-ins, and the API keys if wanted.</summary>
    /// <exception cref="TooManyException">The current password was wrong too often.</exception>
    public async Task<IdentityResult> ChangePasswordAsync(Guid userId, Guid loginId, string current, string next, CancellationToken ct, bool revokesKeys = false)
    {
        var user = await FindAsync(userId);
        var (secret, source) = (GuessedSecret.PasswordOf(userId, SecurityEventKind.PasswordChange), $"sign-in {loginId}");
        await attempts.CountAsync(secret, source);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var result = await users.ChangePasswordAsync(user, current, next);
        if (result.Succeeded)
        {
            await security.AddAsync(SecurityEventKind.PasswordChange, userId);
            await logins.EndAllAsync(userId, except: loginId, ct);
            if (revokesKeys)
            {
                await keys.RevokeAllAsync(userId, ct);
            }
            await transaction.CommitAsync(ct);
            await attempts.ForgetAsync(secret, source);
            return result;
        }
        await transaction.RollbackAsync(ct);
        var isWrong = result.Errors.Any(e => e.Code == nameof(IdentityErrorDescriber.PasswordMismatch));
        if (!isWrong)
        {
            await attempts.ForgetAsync(secret, source);
        }
        await security.AddAsync(SecurityEventKind.PasswordChange, userId, isWrong ? SecurityResult.Failed : SecurityResult.Refused, isWrong ? "wrong current password" : "unacceptable new password");
        return result;
    }

    /// <summary>Disables or enables an account. Its sign-ins and its API keys end, and enabling it does not bring them back.</summary>
    /// <exception cref="NotFoundException">There is no such account, or it is being deleted.</exception>
    /// <exception cref="ConflictException">It is an administrator's account: somebody must be able to enable accounts.</exception>
    public async Task SetDisabledAsync(Guid userId, bool disabled, CancellationToken ct)
    {
        var user = await FindAsync(userId);
        if (disabled && await users.IsInRoleAsync(user, Roles.Administrator))
        {
            await security.AddAsync(SecurityEventKind.AccountDisabled, userId, SecurityResult.Refused, "an administrator's account");
            throw new ConflictException("An administrator's account cannot be disabled.");
        }
        var at = disabled ? clock.Now() : (DateTimeOffset?)null;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await db.Users.Where(u => u.Id == userId && u.DeletedAt == null).ExecuteUpdateAsync(u => u.SetProperty(x => x.DisabledAt, at), ct) == 0)
        {
            throw new NotFoundException("User");
        }
        await security.AddAsync(disabled ? SecurityEventKind.AccountDisabled : SecurityEventKind.AccountEnabled, userId);
        await logins.EndAllAsync(userId, except: null, ct);
        await keys.RevokeAllAsync(userId, ct);
        await transaction.CommitAsync(ct);
    }

    /// <exception cref="NotFoundException">There is no such account.</exception>
    public async Task<AppUser> FindAsync(Guid userId) => await users.FindByIdAsync(userId.ToString()) ?? throw new NotFoundException("User");

    public async Task<IReadOnlyList<string>> RolesAsync(AppUser user) => [.. await users.GetRolesAsync(user)];
}
