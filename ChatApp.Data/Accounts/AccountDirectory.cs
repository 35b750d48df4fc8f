using ChatApp.Data.Security;
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
    Guid Id, string UserName, string Email, bool IsAdministrator, DateTimeOffset CreatedAt, DateTimeOffset? DisabledAt, long TotalTokens, long? TokenQuota)
{
    /// <summary>Whether somebody has to wait before trying to sign in to it again.</summary>
    public bool IsDelayed { get; init; }

    internal string? NormalizedUserName { get; init; }

    internal string? NormalizedEmail { get; init; }
}

/// <summary>All accounts, for administrators.</summary>
public sealed class AccountDirectory(ChatDbContext db, AttemptLimiter attempts)
{
    /// <summary>A page of accounts, newest first.</summary>
    /// <param name="text">Only accounts with this text in the user name or e-mail address; null for all.</param>
    /// <param name="limit">Accounts per page.</param>
    /// <param name="after">The last account of the previous page.</param>
    /// <param name="ct">Cancels the query.</param>
    public async Task<Page<AccountEntry, TimeCursor>> ListAsync(string? text, int limit, TimeCursor? after, CancellationToken ct)
    {
        IQueryable<AppUser> users = db.Users.AsNoTracking().Where(u => u.DeletedAt == null);
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
        var page = await users.OrderByDescending(u => u.CreatedAt).ThenByDescending(u => u.Id)
            .Select(u => new AccountEntry(
                u.Id, u.UserName!, u.Email!, db.UserRoles.Any(r => r.UserId == u.Id), u.CreatedAt, u.DisabledAt, 0, null)
            { NormalizedUserName = u.NormalizedUserName, NormalizedEmail = u.NormalizedEmail })
            .ToPageAsync(limit, a => new TimeCursor(a.CreatedAt, a.Id), ct);
        // Accounts are on every node of a cluster, usage is distributed: a query of its own names the users.
        var ids = page.Items.Select(a => a.Id).ToArray();
        var usage = await db.UserUsage.AsNoTracking().Where(u => ids.Contains(u.UserId)).ToDictionaryAsync(u => u.UserId, ct);
        var delayed = await attempts.FindDelayedAsync([.. page.Items.SelectMany(SignInsOf)], ct);
        return page with
        {
            Items = [.. page.Items.Select(a => a with { IsDelayed = SignInsOf(a).Any(delayed.Contains) }).Select(a => usage.TryGetValue(a.Id, out var used) ? a with { TotalTokens = used.TotalTokens, TokenQuota = used.TokenQuota } : a)],
        };
    }

    private static string[] SignInsOf(AccountEntry account) => GuessedSecret.SignInsOf(account.Id, account.NormalizedUserName, account.NormalizedEmail);
}
