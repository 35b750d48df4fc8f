using ChatApp.Domain.Sessions;
using ChatApp.Web.Features.Shared;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Sessions;

/// <summary>Archives a session, with undo on the next page, or unarchives it.</summary>
[Authorize, Route("sessions/{key}/archive")]
public sealed class ArchiveController(SessionService sessions, CurrentUser user) : Controller
{
    [HttpPost]
    public async Task<IActionResult> Set(SessionKey key, [FromForm] bool archived, [FromForm] string? returnUrl, CancellationToken ct)
    {
        var session = await sessions.UpdateAsync(user.Id, key, new SessionChanges { Archived = archived }, ct);
        TempData[archived ? Notice.Archived : Notice.Done] = archived ? session.Id.ToString() : "Chat unarchived.";
        return Redirect(Url.LocalOr(returnUrl, Links.Chat));
    }
}
