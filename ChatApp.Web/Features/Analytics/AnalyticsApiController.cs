using ChatApp.Domain.Analytics;
using ChatApp.Domain.Sessions;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Analytics;

/// <summary>The caller's statistics.</summary>
[ApiController, Authorize, Route("analytics")]
public sealed class AnalyticsApiController(AnalyticsService analytics, CurrentUser user) : ControllerBase
{
    /// <summary>One session: its messages, characters, tokens and response times.</summary>
    [HttpGet("{key}")]
    [ProducesResponseType<SessionAnalyticsResponse>(200), ProducesResponseType<ProblemDetails>(404)]
    public async Task<SessionAnalyticsResponse> Session(SessionKey key, CancellationToken ct) => (await analytics.SessionAsync(user.Id, key, ct)).ToResponse();

    /// <summary>All tokens that the caller has used, including deleted sessions.</summary>
    [HttpGet("usage")]
    public async Task<UsageAnalyticsResponse> Usage(CancellationToken ct) => (await analytics.UsageAsync(user.Id, ct)).ToResponse();
}
