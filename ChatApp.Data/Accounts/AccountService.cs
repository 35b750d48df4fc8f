using ChatApp.Domain.Errors;
using ChatApp.Domain.Time;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Data.Accounts;

/// <summary>Who makes an account.</summary>
public enum RegistrationKind
{
    /// <summary>Anybody.</summary>
    Open,

    /// <summary>Anybody, but registration is closed to all but the first.</summary>
    OnlyFirst,

    /// <summary>The demo.</summary>
    Demo,
}

/// <summary>Registers and disables accounts, checks and changes passwords.</summary>
public sealed class AccountService(ChatDbContext db, UserManager<AppUser> users, LoginService logins, TimeProvider clock)
{
    // Locks are per database; the number only has to be ours.
    private const long FirstAccountLock = 0x43686174_00000001;

    // What an unknown user's password is compared with, so that the answer takes as long as a known user's.
    private static readonly string DummyHash = new PasswordHasher<AppUser>().HashPassword(new AppUser(), "an unknown user's password");

    /// <summary>Code of the error that refuses an account after the first one.</summary>
    public const string NotFirst = "NotFirst";

    /// <summary>Makes an account. The first one becomes administrator; of several at once, one.</summary>
    /// <param name="userName">The name to sign in with.</param>
    /// <param name="email">The address to sign in with.</param>
    /// <param name="password">The password.</param>
    /// <param name="kind">Who makes it.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The errors by Identity's codes or ours; none when the account was made.</returns>
    public async Task<(AppUser User, IdentityResult Result)> RegisterAsync(
        string userName, string email, string password, RegistrationKind kind, CancellationToken ct)
    {
        var now = clock.Now();
        var user = new AppUser { Id = Guid.CreateVersion7(now), UserName = userName, Email = email, CreatedAt = now, LockoutEnabled = true };
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var first = kind != RegistrationKind.Demo && await HasNoAdministratorAsync(ct);
        if (first)
        {
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({FirstAccountLock})", ct);
            first = await HasNoAdministratorAsync(ct);
        }
        if (kind == RegistrationKind.OnlyFirst && !first)
        {
            return (user, IdentityResult.Failed(new IdentityError { Code = NotFirst }));
        }
        IdentityResult result;
        try
        {
            result = await users.CreateAsync(user, password);
            if (result.Succeeded && first)
            {
                await users.AddToRoleAsync(user, Roles.Administrator);
            }
        }
        catch (DbUpdateException e) when (e.Violates(AppUser.EmailIndex))
        {
            return (user, IdentityResult.Failed(users.ErrorDescriber.DuplicateEmail(email)));
        }
        catch (DbUpdateException e) when (e.Violates(AppUser.UserNameIndex))
        {
            // Registered by another request between Identity's query and the insert.
            return (user, IdentityResult.Failed(users.ErrorDescriber.DuplicateUserName(userName)));
        }
        if (result.Succeeded)
        {
            await transaction.CommitAsync(ct);
        }
        return (user, result);
    }

    /// <summary>Whether the next account becomes administrator. Demo accounts do not count: their passwords are known to everybody.</summary>
    public async Task<bool> HasNoAdministratorAsync(CancellationToken ct) => !await db.UserRoles.AnyAsync(ct);

    /// <summary>The account that this name or e-mail and this password belong to.</summary>
    /// <returns>Null for an unknown user, a wrong password, a disabled and a locked account alike.</returns>
    public async Task<AppUser?> CheckPasswordAsync(string userNameOrEmail, string password)
    {
        var user = await users.FindByNameAsync(userNameOrEmail) ?? await users.FindByEmailAsync(userNameOrEmail);
        var now = clock.Now();
        if (user is null || user.DisabledAt is not null || (user.LockoutEnd > now && user.LockoutEnd <= LatestLockoutEnd(now)))
        {
            users.PasswordHasher.VerifyHashedPassword(new AppUser(), DummyHash, password);
            return null;
        }
        if (!await users.CheckPasswordAsync(user, password))
        {
            await CountFailureAsync(user.Id);
            return null;
        }
        return await ForgetFailuresAsync(user.Id) ? user : null;
    }

    // Identity's own counting reads the system's clock, and of several failures at once it counts one.
    private Task<int> CountFailureAsync(Guid userId)
    {
        var (most, until) = (users.Options.Lockout.MaxFailedAccessAttempts, clock.Now() + users.Options.Lockout.DefaultLockoutTimeSpan);
        return db.Users.Where(u => u.Id == userId).ExecuteUpdateAsync(u => u
            .SetProperty(x => x.LockoutEnd, x => x.AccessFailedCount + 1 >= most ? until : x.LockoutEnd)
            .SetProperty(x => x.AccessFailedCount, x => x.AccessFailedCount + 1 >= most ? 0 : x.AccessFailedCount + 1));
    }

    // A lock that would last for longer was made by a clock that was wrong, and must not shut somebody out until that time has come. Twice, as clocks differ a little.
    private DateTimeOffset LatestLockoutEnd(DateTimeOffset now) => now + 2 * users.Options.Lockout.DefaultLockoutTimeSpan;

    // False when guesses beside this one have locked the account in the meantime.
    private async Task<bool> ForgetFailuresAsync(Guid userId)
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
            await logins.EndAllAsync(userId, except: loginId, ct);
            await transaction.CommitAsync(ct);
        }
        return result;
    }

    /// <summary>Shuts or opens an account. Shutting it ends all its sign-ins.</summary>
    /// <exception cref="NotFoundException">There is no such account.</exception>
    /// <exception cref="ConflictException">It is an administrator's: somebody must be left who can open accounts.</exception>
    public async Task SetDisabledAsync(Guid userId, bool disabled, CancellationToken ct)
    {
        var user = await FindAsync(userId);
        if (disabled && await users.IsInRoleAsync(user, Roles.Administrator))
        {
            throw new ConflictException("An administrator's account cannot be shut.");
        }
        var at = disabled ? clock.Now() : (DateTimeOffset?)null;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Users.Where(u => u.Id == userId).ExecuteUpdateAsync(u => u.SetProperty(x => x.DisabledAt, at), ct);
        await logins.EndAllAsync(userId, except: null, ct);
        await transaction.CommitAsync(ct);
    }

    /// <exception cref="NotFoundException">There is no such account.</exception>
    public async Task<AppUser> FindAsync(Guid userId) => await users.FindByIdAsync(userId.ToString()) ?? throw new NotFoundException("User");

    public async Task<IReadOnlyList<string>> RolesAsync(AppUser user) => [.. await users.GetRolesAsync(user)];
}
