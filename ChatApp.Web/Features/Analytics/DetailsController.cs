using ChatApp.Domain.Analytics;
using ChatApp.Domain.Sessions;
using ChatApp.Web.Features.Sessions;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Analytics;

/// <summary>A session and its statistics.</summary>
public sealed record DetailsPage(ChatSession Session, string Persona, SessionAnalytics Analytics);

/// <summary>A session's details; scripts show them in a dialog.</summary>
[Authorize, Route("sessions/{key}/details")]
public sealed class DetailsController(AnalyticsService analytics, SessionService sessions, SessionLists lists, CurrentUser user) : Controller
{
    [HttpGet]
    public async Task<IActionResult> Show(SessionKey key, CancellationToken ct)
    {
        var session = await sessions.FindAsync(user.Id, key, ct);
        return View("Details", new DetailsPage(session, lists.PersonaOf(session), await analytics.SessionAsync(user.Id, SessionKey.Of(session.Id), ct)));
    }
}
