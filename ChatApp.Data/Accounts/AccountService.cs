using ChatApp.Data.Security;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Time;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Data.Accounts;

/// <summary>Finds and disables accounts, checks and changes passwords.</summary>
public sealed class AccountService(ChatDbContext db, UserManager<AppUser> users, LoginService logins, SecurityLog security, TimeProvider clock)
{
    /// <summary>The same for every reason, so that it does not reveal which accounts exist.</summary>
    public const string SignInFailedMessage =
        "Incorrect user name or password. After several failed attempts, sign-in is paused for a few minutes.";

    // An unknown user's password is compared with this hash, so that the response takes as long as for a known user.
    private static readonly string DummyHash = new PasswordHasher<AppUser>().HashPassword(new AppUser(), "an unknown user's password");

    /// <summary>The account with this user name or e-mail address, if the password is right.</summary>
    /// <returns>Null for an unknown user, a wrong password, and a disabled or locked account alike.</returns>
    public async Task<AppUser?> CheckPasswordAsync(string userNameOrEmail, string password)
    {
        var user = await users.FindByNameAsync(userNameOrEmail) ?? await users.FindByEmailAsync(userNameOrEmail);
        var now = clock.Now();
        if (user is null || user.DisabledAt is not null || (user.LockoutEnd > now && user.LockoutEnd <= LatestLockoutEnd(now)))
        {
            users.PasswordHasher.VerifyHashedPassword(new AppUser(), DummyHash, password);
            await security.AddAsync(SecurityEventKind.SignIn, user?.Id, SecurityResult.Failed, user is null ? "unknown account" : user.DisabledAt is not null ? "disabled account" : "locked account");
            return null;
        }
        if (!await users.CheckPasswordAsync(user, password))
        {
            await CountFailureAsync(user.Id);
            await security.AddAsync(SecurityEventKind.SignIn, user.Id, SecurityResult.Failed, "wrong password");
            return null;
        }
        return await ResetFailuresAsync(user.Id) ? user : null;
    }

    // Identity's own counter reads the system clock and counts concurrent failures as one.
    private Task<int> CountFailureAsync(Guid userId)
    {
        var (most, until) = (users.Options.Lockout.MaxFailedAccessAttempts, clock.Now() + users.Options.Lockout.DefaultLockoutTimeSpan);
        return db.Users.Where(u => u.Id == userId).ExecuteUpdateAsync(u => u
            .SetProperty(x => x.LockoutEnd, x => x.AccessFailedCount + 1 >= most ? until : x.LockoutEnd)
            .SetProperty(x => x.AccessFailedCount, x => x.AccessFailedCount + 1 >= most ? 0 : x.AccessFailedCount + 1));
    }

    // A later end was set by a wrong clock and is ignored, so that it does not lock the user out until then. Twice the lockout allows for clock skew.
    private DateTimeOffset LatestLockoutEnd(DateTimeOffset now) => now + 2 * users.Options.Lockout.DefaultLockoutTimeSpan;

    // False if concurrent failed attempts have locked the account in the meantime.
    private async Task<bool> ResetFailuresAsync(Guid userId)
    {
        var (now, latest) = (clock.Now(), LatestLockoutEnd(clock.Now()));
        return await db.Users.Where(u => u.Id == userId && !(u.LockoutEnd > now && u.LockoutEnd <= latest))
            .ExecuteUpdateAsync(u => u.SetProperty(x => x.AccessFailedCount, 0)) == 1;
    }

    /// <summary>Changes the password and ends all other sign-ins.</summary>
    public async Task<IdentityResult> ChangePasswordAsync(Guid userId, Guid loginId, string current, string next, CancellationToken ct)
    {
        var user = await FindAsync(userId);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var result = await users.ChangePasswordAsync(user, current, next);
        if (result.Succeeded)
        {
            await security.AddAsync(SecurityEventKind.PasswordChange, userId);
            await logins.EndAllAsync(userId, except: loginId, ct);
            await transaction.CommitAsync(ct);
            return result;
        }
        await transaction.RollbackAsync(ct);
        var isWrong = result.Errors.Any(e => e.Code == nameof(IdentityErrorDescriber.PasswordMismatch));
        await security.AddAsync(SecurityEventKind.PasswordChange, userId, isWrong ? SecurityResult.Failed : SecurityResult.Refused, isWrong ? "wrong current password" : "unacceptable new password");
        return result;
    }

    /// <summary>Disables or enables an account. Its sign-ins end.</summary>
    /// <exception cref="NotFoundException">There is no such account.</exception>
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
        await db.Users.Where(u => u.Id == userId).ExecuteUpdateAsync(u => u.SetProperty(x => x.DisabledAt, at), ct);
        await security.AddAsync(disabled ? SecurityEventKind.AccountDisabled : SecurityEventKind.AccountEnabled, userId);
        await logins.EndAllAsync(userId, except: null, ct);
        await transaction.CommitAsync(ct);
    }

    /// <exception cref="NotFoundException">There is no such account.</exception>
    public async Task<AppUser> FindAsync(Guid userId) => await users.FindByIdAsync(userId.ToString()) ?? throw new NotFoundException("User");

    public async Task<IReadOnlyList<string>> RolesAsync(AppUser user) => [.. await users.GetRolesAsync(user)];
}
