using ChatApp.Domain.Personas;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Text;
using ChatApp.Domain.Time;

namespace ChatApp.Web.Features.Sessions;

/// <summary>Sessions under one heading of the sidebar.</summary>
/// <param name="Heading">The heading.</param>
/// <param name="Sessions">Newest activity first.</param>
/// <param name="IsByDay">Whether the heading is a day, which the script corrects for the reader's time zone.</param>
public sealed record SessionGroup(string Heading, IReadOnlyList<SessionListItem> Sessions, bool IsByDay = false);

/// <summary>The sidebar's list.</summary>
/// <param name="Groups">The groups that are not empty.</param>
/// <param name="Query">The filter for titles; empty for none.</param>
/// <param name="HasMore">Whether there are more sessions than the sidebar shows.</param>
/// <param name="Current">The session that is open.</param>
public sealed record SidebarList(IReadOnlyList<SessionGroup> Groups, string Query, bool HasMore, Guid? Current);

/// <summary>Lists sessions for the pages.</summary>
public sealed class SessionLists(SessionService sessions, PersonaCatalog personas, TimeProvider clock)
{
    private const int Length = 50;

    /// <summary>Pinned sessions, then the others by the day of their last activity, without archived ones; with a query, all hits in one group.</summary>
    public async Task<SidebarList> SidebarAsync(Guid userId, string? query, Guid? current, CancellationToken ct)
    {
        if (Searchable(query) is { Length: > 0 } text)
        {
            var hits = await sessions.ListAsync(userId, new SessionFilter(TitleContains: text), Length, after: null, ct);
            return new(Groups([new("Results", hits.Items)]), query!, hits.Next is not null, current);
        }
        var pinned = await sessions.ListAsync(userId, new SessionFilter(Pinned: true, Archived: false), Length, after: null, ct);
        var others = await sessions.ListAsync(userId, new SessionFilter(Pinned: false, Archived: false), Length, after: null, ct);
        return new(Groups([new("Pinned", pinned.Items), .. ByDay(others.Items)]), "", pinned.Next is not null || others.Next is not null, current);
    }

    /// <summary>The name of a session's persona.</summary>
    public string PersonaOf(ChatSession session) => personas.Get(session.Persona).Name;

    // A text that no title can contain finds nothing instead of failing the page.
    private static string Searchable(string? query) =>
        string.IsNullOrWhiteSpace(query) ? ""
        : StorableText.IsStorable(query) ? query.Trim()[..Math.Min(query.Trim().Length, ChatSession.TitleMaxLength)]
        : "\uFFFD";

    private static List<SessionGroup> Groups(IEnumerable<SessionGroup> groups) => [.. groups.Where(g => g.Sessions.Count > 0)];

    private IEnumerable<SessionGroup> ByDay(IReadOnlyList<SessionListItem> items)
    {
        var today = clock.Now().UtcDateTime.Date;
        return items.GroupBy(i => (today - i.Session.LastActivityAt.UtcDateTime.Date).Days switch
        {
            <= 0 => "Today",
            1 => "Yesterday",
            <= 7 => "Previous 7 days",
            _ => "Older",
        }).Select(g => new SessionGroup(g.Key, [.. g], IsByDay: true));
    }
}
