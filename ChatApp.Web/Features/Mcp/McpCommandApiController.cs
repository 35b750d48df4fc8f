using ChatApp.Data.Accounts;
using ChatApp.Domain.Sessions;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Mcp;

/// <summary>The configured MCP servers, for clients that use their tools without a model.</summary>
[ApiController, Authorize, Route("api/mcp-command")]
public sealed class McpCommandApiController(McpCommands commands, SessionService sessions, CurrentUser user) : ControllerBase
{
    /// <summary>
    /// Lists servers, lists tools or calls a tool. API keys need the scope <c>tools</c> for <c>call_tool</c>. A call of a tool that requires approval gets a 409 with
    /// <c>approval_id</c> and <c>expires_at</c>; once approved with <c>POST /api/mcp-approvals/{id}</c>, the same call sent again runs once.
    /// </summary>
    [HttpPost, ApiScope(ApiScope.Chat | ApiScope.Tools)]
    [ProducesResponseType<McpCommandResponse>(200), ProducesResponseType<ProblemDetails>(400), ProducesResponseType<ProblemDetails>(403), ProducesResponseType<ProblemDetails>(409)]
    public async Task<ActionResult<McpCommandResponse>> Run(McpCommandRequest request, CancellationToken ct)
    {
        var needed = (request.Command == McpCommandRequest.CallTool ? ApiScope.Tools : ApiScope.None) | (request.SessionId is null ? ApiScope.None : ApiScope.Chat);
        if (!user.May(needed))
        {
            return Forbid();
        }
        if (request.SessionId is not null)
        {
            await sessions.GetOrCreateNamedAsync(user.Id, request.SessionId, ct);
        }
        return await commands.RunAsync(request, ct);
    }
}
