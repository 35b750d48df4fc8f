using ChatApp.Domain.Paging;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Data.Accounts;

/// <summary>An account, as administrators see it.</summary>
/// <param name="Id">The account.</param>
/// <param name="UserName">The user name.</param>
/// <param name="Email">The e-mail address.</param>
/// <param name="IsAdministrator">Whether it is an administrator's.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="DisabledAt">When it was disabled; null if it is enabled.</param>
/// <param name="TotalTokens">Tokens used.</param>
/// <param name="TokenQuota">The maximum number of tokens it may use; null for no limit.</param>
public sealed record AccountEntry(
    Guid Id, string UserName, string Email, bool IsAdministrator, DateTimeOffset CreatedAt, DateTimeOffset? DisabledAt, long TotalTokens, long? TokenQuota);

/// <summary>All accounts, for administrators.</summary>
public sealed class AccountDirectory(ChatDbContext db)
{
    /// <summary>A page of accounts, newest first.</summary>
    /// <param name="text">Only accounts with this text in the user name or e-mail address; null for all.</param>
    /// <param name="limit">Accounts per page.</param>
    /// <param name="after">The last account of the previous page.</param>
    /// <param name="ct">Cancels the query.</param>
    public Task<Page<AccountEntry, TimeCursor>> ListAsync(string? text, int limit, TimeCursor? after, CancellationToken ct)
    {
        IQueryable<AppUser> users = db.Users.AsNoTracking().TagWith("across users: accounts");
        if (text is not null)
        {
            var upper = text.ToUpperInvariant();
            users = users.Where(u => u.NormalizedUserName!.Contains(upper) || u.NormalizedEmail!.Contains(upper));
        }
        if (after is { } cursor)
        {
            var (time, id) = cursor;
            users = users.Where(u => u.CreatedAt <= time && (u.CreatedAt < time || u.Id < id));
        }
        return users.OrderByDescending(u => u.CreatedAt).ThenByDescending(u => u.Id)
            .Select(u => new AccountEntry(
                u.Id, u.UserName!, u.Email!, db.UserRoles.Any(r => r.UserId == u.Id), u.CreatedAt, u.DisabledAt,
                db.UserUsage.Where(x => x.UserId == u.Id).Select(x => x.TotalTokens).FirstOrDefault(),
                db.UserUsage.Where(x => x.UserId == u.Id).Select(x => x.TokenQuota).FirstOrDefault()))
            .ToPageAsync(limit, a => new TimeCursor(a.CreatedAt, a.Id), ct);
    }
}
