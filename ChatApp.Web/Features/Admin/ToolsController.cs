using ChatApp.Data.Accounts;
using ChatApp.Domain.Errors;
using ChatApp.Web.Features.Shared;
using ChatApp.Web.Integrations.Mcp;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Admin;

/// <summary>Where tools come from: which they are, how they are, and what went wrong with them.</summary>
[Authorize(Roles = Roles.Administrator), Route("admin/tools")]
public sealed class ToolsController(ToolSources sources, McpServers servers) : Controller
{
    [HttpGet]
    public async Task<IActionResult> List(CancellationToken ct) => View("Tools", await sources.ListAsync(ct));

    /// <summary>Closes the connection to a server and makes it anew.</summary>
    [HttpPost("{server}/reconnect")]
    public async Task<IActionResult> Reconnect(string server, CancellationToken ct)
    {
        var connection = servers.Find(server) ?? throw new NotFoundException("Server");
        var isConnected = await connection.ReconnectAsync(ct);
        TempData[Notice.Done] = isConnected ? $"{connection.Settings.Name} is connected." : $"{connection.Settings.Name} could not be connected.";
        return RedirectToAction(nameof(List));
    }
}
