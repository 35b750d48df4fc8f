using ChatApp.Domain.Paging;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Data.Security;

/// <summary>An entry of the security log with the accounts' present names.</summary>
/// <param name="Event">The entry.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Subject">To whom.</param>
public sealed record NamedSecurityEvent(SecurityEvent Event, string? Actor, string? Subject);

/// <summary>Reads the security log, newest entries first.</summary>
public sealed class SecurityEvents(ChatDbContext db)
{
    /// <summary>A page of all entries, for administrators.</summary>
    /// <param name="kind">Only entries of this kind.</param>
    /// <param name="userId">Only entries about, or by, this account.</param>
    /// <param name="limit">Entries per page.</param>
    /// <param name="after">The last entry of the previous page.</param>
    /// <param name="ct">Cancels the query.</param>
    public Task<Page<NamedSecurityEvent, TimeCursor>> ListAsync(SecurityEventKind? kind, Guid? userId, int limit, TimeCursor? after, CancellationToken ct)
    {
        IQueryable<SecurityEvent> events = db.SecurityEvents;
        if (kind is { } one)
        {
            var name = SnakeCase.Of(one.ToString());
            events = events.Where(e => e.Kind == name);
        }
        if (userId is { } id)
        {
            events = events.Where(e => e.SubjectId == id || e.ActorId == id);
        }
        return PageAsync(events, limit, after, ct);
    }

    /// <summary>A page of the entries about an account, for its owner.</summary>
    public Task<Page<NamedSecurityEvent, TimeCursor>> ListOwnAsync(Guid userId, int limit, TimeCursor? after, CancellationToken ct) =>
        PageAsync(db.SecurityEvents.Where(e => e.SubjectId == userId), limit, after, ct);

    /// <summary>The account with exactly this user name or e-mail address, in any case.</summary>
    public Task<Guid?> FindUserAsync(string nameOrEmail, CancellationToken ct)
    {
        var upper = nameOrEmail.Normalize().ToUpperInvariant();
        return db.Users.Where(u => u.NormalizedUserName == upper || u.NormalizedEmail == upper).Select(u => (Guid?)u.Id).FirstOrDefaultAsync(ct);
    }

    private async Task<Page<NamedSecurityEvent, TimeCursor>> PageAsync(IQueryable<SecurityEvent> events, int limit, TimeCursor? after, CancellationToken ct)
    {
        if (after is { } cursor)
        {
            var (time, id) = cursor;
            events = events.Where(e => e.CreatedAt <= time && (e.CreatedAt < time || e.Id < id));
        }
        var page = await events.AsNoTracking().OrderByDescending(e => e.CreatedAt).ThenByDescending(e => e.Id).ToPageAsync(limit, e => new TimeCursor(e.CreatedAt, e.Id), ct);
        // Names in a query of their own: on a cluster, accounts are on every node and the log on one.
        var ids = page.Items.SelectMany(e => new[] { e.ActorId, e.SubjectId }).OfType<Guid>().Distinct().ToArray();
        var names = await db.Users.Where(u => ids.Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.UserName, ct);
        return new([.. page.Items.Select(e => new NamedSecurityEvent(e, NameOf(e.ActorId), NameOf(e.SubjectId)))], page.Next);

        string? NameOf(Guid? user) => user is { } known ? names.GetValueOrDefault(known) : null;
    }
}
