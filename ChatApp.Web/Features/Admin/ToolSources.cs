using ChatApp.Domain.Chat.Ports;
using ChatApp.Web.Integrations;
using ChatApp.Web.Integrations.IFixit;
using ChatApp.Web.Integrations.Mcp;
using ChatApp.Web.Integrations.WebSearch;

namespace ChatApp.Web.Features.Admin;

/// <summary>A tool, as administrators see it.</summary>
/// <param name="Name">Its name, as models call it.</param>
/// <param name="Description">Its source's description.</param>
/// <param name="RequiresApproval">Whether the user has to approve each call.</param>
public sealed record ToolView(string Name, string Description, bool RequiresApproval);

/// <summary>A source of tools, as administrators see it.</summary>
public sealed record ToolSourceView
{
    public required string Name { get; init; }

    public required string Kind { get; init; }

    /// <summary>Its state, in a word or two.</summary>
    public required string Status { get; init; }

    public bool IsFaulty { get; init; }

    /// <summary>The command or address, without arguments and query, which can contain keys.</summary>
    public string? Where { get; init; }

    /// <summary>How to enable or connect it; null if it works.</summary>
    public string? Hint { get; init; }

    public DateTimeOffset? ConnectedAt { get; init; }

    public DateTimeOffset? WorkedAt { get; init; }

    public ToolFailure? Failure { get; init; }

    public IReadOnlyList<string> Output { get; init; } = [];

    public IReadOnlyList<ToolView> Tools { get; init; } = [];

    /// <summary>Whether it is a server that can be reconnected.</summary>
    public bool CanReconnect { get; init; }
}

/// <summary>Lists the tool sources and their problems, without connecting to any.</summary>
public sealed class ToolSources(IFixitTools iFixit, WebTools web, McpServers servers)
{
    private const int DescriptionMaxLength = 300;

    public async Task<IReadOnlyList<ToolSourceView>> ListAsync(CancellationToken ct) =>
    [
        new()
        {
            Name = IFixitTools.SourceName,
            Kind = "Repair guides",
            Status = iFixit.Address is null ? "Off" : "On",
            Hint = iFixit.Address is null ? "Disabled by Tools:IFixit:Enabled." : null,
            Where = WithoutQuery(iFixit.Address),
            WorkedAt = iFixit.Health.WorkedAt,
            Failure = iFixit.Health.Failure,
            Tools = await ViewsAsync(iFixit, ct),
        },
        new()
        {
            Name = web.Settings?.Name ?? "Web search",
            Kind = "Web search",
            Status = web.Settings is null ? "Off" : "On",
            Hint = web.Settings is null ? "Configure Tools:WebSearch:Provider to enable it." : null,
            Where = WithoutQuery(web.Settings?.Address),
            WorkedAt = web.Health.WorkedAt,
            Failure = web.Health.Failure,
            Tools = await ViewsAsync(web, ct),
        },
        .. servers.All.Select(View),
    ];

    private static ToolSourceView View(McpServer server)
    {
        var (settings, state) = (server.Settings, server.State);
        return new()
        {
            Name = settings.Name,
            Kind = settings.Url is null ? "MCP server (command)" : "MCP server (HTTP)",
            Status = state.Status switch
            {
                McpServerStatus.Idle => "Not connected",
                McpServerStatus.Connecting => "Connecting",
                McpServerStatus.Connected => "Connected",
                McpServerStatus.Failed => "Failed",
            },
            IsFaulty = state.Status == McpServerStatus.Failed,
            Where = settings.Command ?? WithoutQuery(settings.Url),
            Hint = state is { Status: McpServerStatus.Idle, Failure: null } ? "Connects when first used." : null,
            ConnectedAt = state.Since,
            Failure = state.Failure,
            Output = state.Output,
            Tools = [.. state.Tools.Select(t => View(new McpFunction(server, t).ToChatTool()))],
            CanReconnect = state.Status != McpServerStatus.Connecting,
        };
    }

    private static async Task<IReadOnlyList<ToolView>> ViewsAsync(IToolSource source, CancellationToken ct) => [.. (await source.ListAsync(ct)).Select(View)];

    private static ToolView View(ChatTool tool) => new(tool.Name, ToolText.Line(tool.Function.Description, DescriptionMaxLength), tool.RequiresApproval);

    private static string? WithoutQuery(Uri? address) => address?.GetLeftPart(UriPartial.Path);
}
