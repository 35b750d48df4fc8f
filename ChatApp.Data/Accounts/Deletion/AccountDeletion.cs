using ChatApp.Data.Security;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Time;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Data.Accounts.Deletion;

/// <summary>
/// Deletes accounts with everything that belongs to them; the ledger keeps their usage without a name. The account is closed and loses its name at once; its
/// rows are removed afterwards, in many short transactions, and by another instance or the next start if the process dies in between.
/// </summary>
public sealed class AccountDeletion(
    ChatDbContext db, UserManager<AppUser> users, LoginService logins, ApiKeyService keys, ReplyService replies, UsageAnonymizer usage, SecurityLog security,
    ChangeSignals signals, DeletionSignal due, TimeProvider clock)
{
    /// <summary>How soon a deletion goes on that another instance has left.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    public const string LastAdministratorMessage = "You are the only administrator. Somebody else must become administrator before this account can be deleted.";

    // Advisory locks are per database, so the number only has to be unique within this application.
    private const long AdministratorsLock = 0x43686174_00000002;

    private const int SessionsPerQuery = 100;

    // A session may have many thousands of messages.
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromMinutes(2);

    /// <summary>Closes an account for good. Its rows are removed soon.</summary>
    /// <exception cref="ConflictException">It is the only administrator's.</exception>
    /// <exception cref="NotFoundException">There is no such account.</exception>
    public async Task BeginAsync(Guid userId, CancellationToken ct)
    {
        await using (var transaction = await db.Database.BeginTransactionAsync(ct))
        {
            await LeaveRolesAsync(userId, ct);
            if (!await CloseAsync(userId, ct))
            {
                throw new NotFoundException("User");
            }
            await keys.RevokeAllAsync(userId, ct);
            await logins.EndAllAsync(userId, except: null, ct);
            await security.AddAsync(SecurityEventKind.AccountDeleted, userId);
            await transaction.CommitAsync(ct);
        }
        signals.Raise(userId, sessionId: null);
        due.Raise();
    }

    /// <summary>Removes the rows of all accounts that were closed for good. Any number of instances may run it at the same time.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        db.Database.SetCommandTimeout(CommandTimeout);
        foreach (var userId in await db.Users.Where(u => u.DeletedAt != null).OrderBy(u => u.DeletedAt).Select(u => u.Id).ToListAsync(ct))
        {
            await RemoveAsync(userId, ct);
        }
    }

    // Serialises deletions of administrators: of the last two, one remains.
    private async Task LeaveRolesAsync(Guid userId, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({AdministratorsLock})", ct);
        var administrators = await (from own in db.UserRoles join role in db.Roles on own.RoleId equals role.Id where role.Name == Roles.Administrator select own.UserId).ToListAsync(ct);
        if (administrators.Contains(userId) && administrators.Count == 1)
        {
            throw new ConflictException(LastAdministratorMessage);
        }
        await db.UserRoles.Where(r => r.UserId == userId).ExecuteDeleteAsync(ct);
    }

    // Somebody else can have the name and the address from now on.
    private async Task<bool> CloseAsync(Guid userId, CancellationToken ct)
    {
        var (now, name) = (clock.Now(), $"deleted {userId}");
        var normalized = users.NormalizeName(name);
        return await db.Users.Where(u => u.Id == userId && u.DeletedAt == null).ExecuteUpdateAsync(u => u
            .SetProperty(x => x.DeletedAt, now).SetProperty(x => x.DisabledAt, now).SetProperty(x => x.PasswordHash, (string?)null)
            .SetProperty(x => x.UserName, name).SetProperty(x => x.NormalizedUserName, normalized)
            .SetProperty(x => x.Email, name).SetProperty(x => x.NormalizedEmail, normalized), ct) == 1;
    }

    private async Task RemoveAsync(Guid userId, CancellationToken ct)
    {
        if (!await replies.StopAllAsync(userId, ct))
        {
            return; // an instance does not respond: recovery will close its replies
        }
        await RemoveSessionsAsync(userId, ct);
        await db.IdempotencyKeys.Where(k => k.UserId == userId).ExecuteDeleteAsync(ct);
        await usage.RunAsync(userId, ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await security.EraseAsync(userId, ct);
        await db.Users.Where(u => u.Id == userId).ExecuteDeleteAsync(ct); // with what is left: tokens, two-factor secrets, recovery codes
        await transaction.CommitAsync(ct);
    }

    // Each is a transaction of its own.
    private async Task RemoveSessionsAsync(Guid userId, CancellationToken ct)
    {
        while (await db.Sessions.Where(s => s.UserId == userId).OrderBy(s => s.Id).Select(s => s.Id).Take(SessionsPerQuery).ToListAsync(ct) is { Count: > 0 } ids)
        {
            foreach (var id in ids)
            {
                await db.Sessions.Where(s => s.UserId == userId && s.Id == id).ExecuteDeleteAsync(ct);
            }
        }
    }
}
