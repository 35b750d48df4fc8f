using ChatApp.Data.Accounts;
using ChatApp.Web.Features.Chat;
using ChatApp.Web.Infrastructure;
using FluentValidation;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Mcp;

/// <summary>The user's decision about a tool call sent as a command: <c>once</c> or <c>deny</c>.</summary>
/// <example>{"decision": "once"}</example>
public sealed record McpDecisionRequest(string? Decision)
{
    internal bool IsApproved => Decision == "once";
}

/// <summary>The decision has been stored.</summary>
/// <param name="Success">Always true.</param>
/// <param name="ApprovalId">The approval.</param>
/// <param name="Tool">The tool, by the models' name for it.</param>
/// <param name="Decision">The decision.</param>
public sealed record McpDecisionResponse(bool Success, Guid ApprovalId, string Tool, string Decision);

internal sealed class McpDecisionRequestValidator : AbstractValidator<McpDecisionRequest>
{
    public McpDecisionRequestValidator() => RuleFor(r => r.Decision).Must(d => d is "once" or "deny").WithMessage("Say once or deny.");
}

/// <summary>Approval of tool calls that are sent as commands.</summary>
[ApiController, Authorize, Route("api/mcp-approvals/{id}"), ApiScope(ApiScope.Tools)]
public sealed class McpApprovalsApiController(ToolDecisions decisions) : ControllerBase
{
    /// <summary>Decides about a tool call that waits for approval: <c>once</c>, after which the same call runs when it is sent again, or <c>deny</c>.</summary>
    [HttpPost]
    [ProducesResponseType<McpDecisionResponse>(200), ProducesResponseType<ProblemDetails>(404)]
    public async Task<McpDecisionResponse> Decide(EntityId id, McpDecisionRequest request, CancellationToken ct)
    {
        var approval = id.RequiredFor("Tool call");
        return new(true, approval, await decisions.DecideAboutCommandAsync(approval, request.IsApproved, ct), request.Decision!);
    }
}
