using ChatApp.Domain.Sessions;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Mcp;

/// <summary>The configured MCP servers, for clients that use their tools without a model.</summary>
[ApiController, Authorize, Route("api/mcp-command")]
public sealed class McpCommandApiController(McpCommands commands, SessionService sessions, CurrentUser user) : ControllerBase
{
    /// <summary>Lists servers, lists tools or calls a tool. The user calls the tool directly, so no approval is asked for.</summary>
    [HttpPost]
    [ProducesResponseType<McpCommandResponse>(200), ProducesResponseType<ProblemDetails>(400)]
    public async Task<McpCommandResponse> Run(McpCommandRequest request, CancellationToken ct)
    {
        if (request.SessionId is not null)
        {
            await sessions.GetOrCreateNamedAsync(user.Id, request.SessionId, ct);
        }
        return await commands.RunAsync(request, ct);
    }
}
