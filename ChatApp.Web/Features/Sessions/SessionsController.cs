using ChatApp.Domain.Paging;
using ChatApp.Domain.Sessions;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Sessions;

/// <summary>A page of the list of chats, of the archive or of the trash.</summary>
public sealed record SessionsPage(IReadOnlyList<SessionListItem> Sessions, string? Query, string? Older, bool IsFirst);

/// <summary>The list of chats, the archive and the trash.</summary>
[Authorize, Route("sessions")]
public sealed class SessionsController(SessionService sessions, SessionLists lists, CurrentUser user, CursorProtector cursors) : Controller
{
    [HttpGet]
    public async Task<IActionResult> Index(SessionListQuery query, string? cursor, CancellationToken ct) =>
        View("Sessions", ModelState.IsValid ? await PageAsync(query, cursor, ct) : new SessionsPage([], query.Q, null, IsFirst: true));

    [HttpGet("archive")]
    public async Task<IActionResult> Archive(string? cursor, CancellationToken ct) =>
        View("Archive", await PageAsync(new SessionListQuery { Archived = true }, cursor, ct));

    [HttpGet("trash")]
    public async Task<IActionResult> Trash(string? cursor, CancellationToken ct) =>
        View("Trash", await PageAsync(new SessionListQuery { Deleted = true }, cursor, ct));

    /// <summary>The sidebar's list, for the script.</summary>
    [HttpGet("sidebar")]
    public async Task<IActionResult> Sidebar(string? q, EntityId? current, CancellationToken ct) =>
        PartialView("_SessionList", await lists.SidebarAsync(user.Id, q, current?.Value, ct));

    private async Task<SessionsPage> PageAsync(SessionListQuery query, string? cursor, CancellationToken ct)
    {
        var page = await sessions.ListAsync(user.Id, query.ToFilter(), PageLimit.Default, cursors.ReadTime(cursor), ct);
        return new(page.Items, query.Q, cursors.Protect(page.Next), IsFirst: cursor is null);
    }
}
