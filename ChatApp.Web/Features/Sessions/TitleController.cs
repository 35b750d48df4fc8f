using ChatApp.Domain.Sessions;
using ChatApp.Web.Features.Shared;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Sessions;

/// <summary>The form to rename a session, without scripts; with them it is renamed in the list.</summary>
[Authorize, Route("sessions/{key}/title")]
public sealed class TitleController(SessionService sessions, CurrentUser user) : Controller
{
    [HttpGet]
    public async Task<IActionResult> Show(SessionKey key, CancellationToken ct) =>
        View("Title", new TitleForm { Title = (await sessions.FindAsync(user.Id, key, ct)).Title });

    [HttpPost]
    public async Task<IActionResult> Rename(SessionKey key, [FromForm] TitleForm form, CancellationToken ct)
    {
        if (!ModelState.IsValid)
        {
            Response.StatusCode = StatusCodes.Status400BadRequest;
            return View("Title", form);
        }
        var session = await sessions.UpdateAsync(user.Id, key, new SessionChanges { Title = form.Title }, ct);
        return Redirect(Links.Session(session.Id));
    }
}
