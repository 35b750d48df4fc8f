using ChatApp.Data.Accounts;
using ChatApp.Domain.Errors;
using ChatApp.Web.Features.Shared;
using ChatApp.Web.Integrations.Mcp;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Admin;

/// <summary>The tool sources: their tools, state and problems.</summary>
[Authorize(Roles = Roles.Administrator), Route("admin/tools")]
public sealed class ToolsController(ToolSources sources, McpServers servers) : Controller
{
    [HttpGet]
    public async Task<IActionResult> List(CancellationToken ct) => View("Tools", await sources.ListAsync(ct));

    /// <summary>Reconnects a server.</summary>
    [HttpPost("{server}/reconnect")]
    public async Task<IActionResult> Reconnect(string server, CancellationToken ct)
    {
        var connection = servers.Find(server) ?? throw new NotFoundException("Server");
        var isConnected = await connection.ReconnectAsync(ct);
        TempData[Notice.Done] = isConnected ? $"{connection.Settings.Name} is connected." : $"{connection.Settings.Name} could not be reached.";
        return RedirectToAction(nameof(List));
    }
}
