using ChatApp.Data.Security;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Time;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ChatApp.Data.Accounts;

/// <summary>An account to create.</summary>
public sealed record NewAccount(string UserName, string Email, string Password)
{
    /// <summary>Required for the first account, unless <see cref="IsLocal"/>.</summary>
    public string? SetupToken { get; init; }

    /// <summary>Whether the request comes from a person at this machine.</summary>
    public bool IsLocal { get; init; }
}

/// <summary>Creates accounts while registration is open. The first account becomes administrator.</summary>
public sealed class RegistrationService(
    ChatDbContext db, UserManager<AppUser> users, SetupTokens setup, SecurityLog security, IOptions<AccountSettings> settings, TimeProvider clock)
{
    public const string ClosedMessage = "Registration is closed. Ask an administrator for an account.";

    // Advisory locks are per database, so the number only has to be unique within this application.
    private const long FirstAccountLock = 0x43686174_00000001;

    /// <summary>Whether an account can be created. The first one always can.</summary>
    public async Task<bool> IsOpenAsync(CancellationToken ct) => settings.Value.AllowRegistration || await IsFirstAsync(ct);

    /// <summary>Whether the next account becomes administrator. Demo accounts do not count: everybody knows their passwords.</summary>
    public async Task<bool> IsFirstAsync(CancellationToken ct) => !await db.UserRoles.AnyAsync(ct);

    /// <summary>Creates an account. Of several concurrent first accounts, one becomes administrator.</summary>
    /// <exception cref="ConflictException">The user name or the e-mail address is taken, or registration is closed.</exception>
    /// <exception cref="InvalidException">A field is not acceptable, or the first account needs a valid setup token.</exception>
    public async Task<AppUser> RegisterAsync(NewAccount account, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var isFirst = await LockFirstAsync(ct);
        if (!isFirst && !settings.Value.AllowRegistration)
        {
            throw new ConflictException(ClosedMessage);
        }
        var needsToken = isFirst && !account.IsLocal;
        if (needsToken && !await setup.IsValidAsync(account.SetupToken, ct))
        {
            await transaction.RollbackAsync(ct);
            await security.AddAsync(SecurityEventKind.SetupToken, null, SecurityResult.Failed, account.SetupToken is null ? "no token" : "wrong token");
            throw new InvalidException("setup_token", "Enter the setup token that the app printed when it started.");
        }
        var user = await CreateAsync(account);
        if (isFirst)
        {
            await setup.EndAllAsync(ct);
            await users.AddToRoleAsync(user, Roles.Administrator);
        }
        if (needsToken)
        {
            await security.AddAsync(SecurityEventKind.SetupToken, user.Id);
        }
        await security.AddAsync(SecurityEventKind.AccountCreated, user.Id, detail: isFirst ? "first account, administrator" : null);
        await transaction.CommitAsync(ct);
        return user;
    }

    /// <summary>Creates an ordinary account, even if registration is closed: for the demo.</summary>
    /// <inheritdoc cref="RegisterAsync" path="/exception"/>
    public async Task<AppUser> CreateAsync(NewAccount account)
    {
        var now = clock.Now();
        var user = new AppUser { Id = Guid.CreateVersion7(now), UserName = account.UserName, Email = account.Email, CreatedAt = now, LockoutEnabled = true };
        IdentityResult result;
        try
        {
            result = await users.CreateAsync(user, account.Password);
        }
        catch (DbUpdateException e) when (e.Violates(AppUser.UserNameIndex) || e.Violates(AppUser.EmailIndex))
        {
            throw Taken(); // since Identity checked
        }
        return result.Errors.FirstOrDefault() switch
        {
            null => user,
            { Code: nameof(IdentityErrorDescriber.DuplicateUserName) or nameof(IdentityErrorDescriber.DuplicateEmail) } => throw Taken(),
            { Code: var code } e => throw new InvalidException(code.StartsWith("Password", StringComparison.Ordinal) ? "password" : "username", e.Description),
        };
    }

    // Serialises first registrations: the transaction that holds the lock decides which account is first.
    private async Task<bool> LockFirstAsync(CancellationToken ct)
    {
        if (!await IsFirstAsync(ct))
        {
            return false;
        }
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({FirstAccountLock})", ct);
        return await IsFirstAsync(ct);
    }

    private static ConflictException Taken() => new("This user name or e-mail address is taken.");
}
