using ChatApp.Domain.Analytics;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Analytics;

/// <summary>The caller's usage.</summary>
[Authorize, Route("usage")]
public sealed class UsageController(AnalyticsService analytics, CurrentUser user) : Controller
{
    [HttpGet]
    public async Task<IActionResult> Show(CancellationToken ct) => View("Usage", await analytics.UsageAsync(user.Id, ct));
}
