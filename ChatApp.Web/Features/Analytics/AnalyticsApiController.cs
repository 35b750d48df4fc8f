using ChatApp.Domain.Analytics;
using ChatApp.Domain.Sessions;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Analytics;

/// <summary>Counts what the caller has written and used.</summary>
[ApiController, Authorize, Route("analytics")]
public sealed class AnalyticsApiController(AnalyticsService analytics, CurrentUser user) : ControllerBase
{
    /// <summary>One session: its messages, characters, tokens and the time that answers took.</summary>
    [HttpGet("{key}")]
    [ProducesResponseType<SessionAnalyticsResponse>(200), ProducesResponseType<ProblemDetails>(404)]
    public async Task<SessionAnalyticsResponse> Session(SessionKey key, CancellationToken ct) => (await analytics.SessionAsync(user.Id, key, ct)).ToResponse();

    /// <summary>All tokens of the caller's, also those of conversations that are gone.</summary>
    [HttpGet("usage")]
    public async Task<UsageAnalyticsResponse> Usage(CancellationToken ct) => (await analytics.UsageAsync(user.Id, ct)).ToResponse();
}
