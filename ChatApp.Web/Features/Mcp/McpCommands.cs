using System.Text.Json;
using ChatApp.Data.Security;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Errors;
using ChatApp.Domain.ToolCommands;
using ChatApp.Web.Infrastructure;
using ChatApp.Web.Integrations;
using ChatApp.Web.Integrations.Mcp;
using ModelContextProtocol.Protocol;

namespace ChatApp.Web.Features.Mcp;

/// <summary>Runs users' commands for MCP servers. An unreachable server is reported in the response and is not an error of the request.</summary>
public sealed class McpCommands(McpServers servers, CommandApprovals approvals, SecurityLog security, CurrentUser user)
{
    /// <exception cref="InvalidException">There is no such server or tool.</exception>
    /// <exception cref="ApprovalRequiredException">The user has to approve the call first.</exception>
    public Task<McpCommandResponse> RunAsync(McpCommandRequest request, CancellationToken ct) => request.Command switch
    {
        McpCommandRequest.ListServers => Task.FromResult(ListServers()),
        McpCommandRequest.ListTools => ListToolsAsync(request.Args?.Server, ct),
        _ => CallToolAsync(request.Args!, ct),
    };

    private McpCommandResponse ListServers()
    {
        var items = servers.All.Select(s => (s.Settings.Name, s.State)).Select(s =>
            new McpServerItem(s.Name, s.State.Status, s.State.Status == McpServerStatus.Connected ? s.State.Tools.Count : null));
        return new(true, $"{Count(servers.All.Count, "server")}.", new McpServerList([.. items]));
    }

    private async Task<McpCommandResponse> ListToolsAsync(string? server, CancellationToken ct)
    {
        var (offers, silent) = await OffersAsync(Chosen(server), ct);
        var items = offers.Select(o => new McpToolItem(
            o.Server.Settings.Name, o.Tool.Name, McpFunction.NameOf(o.Server.Settings.Name, o.Tool.Name), o.Tool.Description, o.Tool.InputSchema,
            McpFunction.RequiresApproval(o.Server.Settings, o.Tool))).ToList();
        var message = $"{Count(items.Count, "tool")}.{(silent.Count > 0 ? $" Not reached: {string.Join(", ", silent)}." : "")}";
        return new(silent.Count == 0 || items.Count > 0, message, new McpToolList(items));
    }

    private async Task<McpCommandResponse> CallToolAsync(McpCommandArgs args, CancellationToken ct)
    {
        var (offers, silent) = await OffersAsync(Chosen(args.Server), ct);
        var named = offers.Where(o => o.Tool.Name == args.Tool || McpFunction.NameOf(o.Server.Settings.Name, o.Tool.Name) == args.Tool).ToList();
        if (named is not [var (server, tool)])
        {
            return named.Count > 1 ? throw new InvalidException("args.server", "Several servers have a tool of this name. Name the server.")
                : silent.Count > 0 ? new(false, $"Not reached: {string.Join(", ", silent)}.", null)
                : throw new InvalidException("args.tool", "There is no such tool.");
        }
        var arguments = Arguments(args.Arguments);
        await AuthorizeAsync(server, tool, arguments, ct);
        try
        {
            var result = await server.CallAsync(tool.Name, arguments, ct);
            var text = McpResult.TextOf(result);
            var failed = result.IsError is true;
            return new(!failed, failed ? $"The tool reports an error: {ToolText.Line(text, 500)}" : $"{server.Settings.Name} has replied.",
                new McpToolResult(server.Settings.Name, tool.Name, text, McpResult.StructuredOf(result)));
        }
        catch (ToolException e)
        {
            return new(false, e.Message, null);
        }
    }

    // The entry is written first: whatever becomes of the call, it has been sent.
    private async Task AuthorizeAsync(McpServer server, Tool tool, Dictionary<string, object?> arguments, CancellationToken ct)
    {
        var name = McpFunction.NameOf(server.Settings.Name, tool.Name);
        var requiresApproval = McpFunction.RequiresApproval(server.Settings, tool);
        if (requiresApproval)
        {
            await approvals.UseAsync(user.Id, name, arguments, ct);
        }
        if (requiresApproval || tool.Annotations?.ReadOnlyHint is not true)
        {
            await security.AddAsync(SecurityEventKind.ToolCalled, user.Id, detail: name);
        }
    }

    private IReadOnlyList<McpServer> Chosen(string? server) =>
        server is null ? servers.All : [servers.Find(server) ?? throw new InvalidException("args.server", "There is no server of this name.")];

    private static async Task<(List<(McpServer Server, Tool Tool)> Offers, List<string> Silent)> OffersAsync(
        IReadOnlyList<McpServer> chosen, CancellationToken ct)
    {
        var lists = await Task.WhenAll(chosen.Select(async s =>
        {
            try
            {
                return (Server: s, Tools: (IReadOnlyList<Tool>?)await s.ListAsync(ct));
            }
            catch (ToolException)
            {
                return (Server: s, Tools: (IReadOnlyList<Tool>?)null);
            }
        }));
        return (
            [.. lists.SelectMany(l => (l.Tools ?? []).Select(t => (l.Server, t)))],
            [.. lists.Where(l => l.Tools is null).Select(l => l.Server.Settings.Name)]);
    }

    private static Dictionary<string, object?> Arguments(JsonElement? json) =>
        json is { ValueKind: JsonValueKind.Object } o ? o.EnumerateObject().ToDictionary(p => p.Name, object? (p) => p.Value) : [];

    private static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";
}
