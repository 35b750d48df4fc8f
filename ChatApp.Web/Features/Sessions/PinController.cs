using ChatApp.Domain.Sessions;
using ChatApp.Web.Features.Shared;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Sessions;

/// <summary>Pins a session to the top of the sidebar, or unpins it.</summary>
[Authorize, Route("sessions/{key}/pin")]
public sealed class PinController(SessionService sessions, CurrentUser user) : Controller
{
    [HttpPost]
    public async Task<IActionResult> Set(SessionKey key, [FromForm] bool pinned, [FromForm] string? returnUrl, CancellationToken ct)
    {
        await sessions.UpdateAsync(user.Id, key, new SessionChanges { Pinned = pinned }, ct);
        return Redirect(Url.LocalOr(returnUrl, Links.Chat));
    }
}
