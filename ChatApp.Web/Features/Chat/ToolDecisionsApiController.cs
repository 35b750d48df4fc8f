using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Chat;

/// <summary>Approval of tool calls.</summary>
[ApiController, Authorize, Route("chat/messages/{id}/tools/{callId}")]
public sealed class ToolDecisionsApiController(ToolDecisions decisions) : ControllerBase
{
    /// <summary>Decides about a tool call that waits for approval: <c>once</c>, <c>session</c> (this tool, for the rest of the session) or <c>deny</c>.</summary>
    [HttpPost]
    [ProducesResponseType<ToolDecisionResponse>(200), ProducesResponseType<ProblemDetails>(404), ProducesResponseType<ProblemDetails>(409)]
    public async Task<ToolDecisionResponse> Decide(EntityId id, string callId, ToolDecisionRequest request, CancellationToken ct)
    {
        var message = id.RequiredFor("Message");
        await decisions.DecideAsync(message, callId, request.ToDecision(), ct);
        return new(true, message, callId, request.ToDecision());
    }
}
