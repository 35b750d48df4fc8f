using ChatApp.Domain.Chat.Ports;
using ChatApp.Web.Integrations;
using ChatApp.Web.Integrations.IFixit;
using ChatApp.Web.Integrations.Mcp;
using ChatApp.Web.Integrations.WebSearch;

namespace ChatApp.Web.Features.Admin;

/// <summary>A tool as its administrator sees it.</summary>
/// <param name="Name">What models call it.</param>
/// <param name="Description">What it does, as its source says.</param>
/// <param name="AsksFirst">Whether people are asked before it runs.</param>
public sealed record ToolView(string Name, string Description, bool AsksFirst);

/// <summary>A source of tools as its administrator sees it.</summary>
public sealed record ToolSourceView
{
    public required string Name { get; init; }

    public required string Kind { get; init; }

    /// <summary>How it is, in a word or two.</summary>
    public required string Status { get; init; }

    public bool IsFaulty { get; init; }

    /// <summary>What is run or asked. Arguments and queries are left out: they can hold keys.</summary>
    public string? Where { get; init; }

    /// <summary>What to set to have it; null where it is there.</summary>
    public string? Hint { get; init; }

    public DateTimeOffset? ConnectedAt { get; init; }

    public DateTimeOffset? WorkedAt { get; init; }

    public ToolFailure? Failure { get; init; }

    public IReadOnlyList<string> Output { get; init; } = [];

    public IReadOnlyList<ToolView> Tools { get; init; } = [];

    /// <summary>Whether it is a server that can be connected again.</summary>
    public bool CanReconnect { get; init; }
}

/// <summary>Shows what models are offered, and what is wrong with it. Nothing is connected for it.</summary>
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
            Hint = iFixit.Address is null ? "It is switched off by Tools:IFixit:Enabled." : null,
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
            Hint = web.Settings is null ? "Name a service with Tools:WebSearch:Provider." : null,
            Where = WithoutQuery(web.Settings?.Address),
            WorkedAt = web.Health.WorkedAt,
            Failure = web.Health.Failure,
            Tools = await ViewsAsync(web, ct),
        },
        .. servers.All.Select(View),
    ];

    private static ToolSourceView View(McpConnection server)
    {
        var (settings, state) = (server.Settings, server.State);
        return new()
        {
            Name = settings.Name,
            Kind = settings.Url is null ? "MCP server, a command" : "MCP server over HTTP",
            Status = state.Status switch
            {
                McpServerStatus.Idle => "Not connected",
                McpServerStatus.Connecting => "Connecting",
                McpServerStatus.Connected => "Connected",
                McpServerStatus.Failed => "Failed",
            },
            IsFaulty = state.Status == McpServerStatus.Failed,
            Where = settings.Command ?? WithoutQuery(settings.Url),
            Hint = state is { Status: McpServerStatus.Idle, Failure: null } ? "It is connected when it is first needed." : null,
            ConnectedAt = state.Since,
            Failure = state.Failure,
            Output = state.Output,
            Tools = [.. state.Tools.Select(t => View(new McpFunction(server, t).ToChatTool()))],
            CanReconnect = state.Status != McpServerStatus.Connecting,
        };
    }

    private static async Task<IReadOnlyList<ToolView>> ViewsAsync(IToolSource source, CancellationToken ct) => [.. (await source.ListAsync(ct)).Select(View)];

    private static ToolView View(ChatTool tool) => new(tool.Name, ToolText.Line(tool.Function.Description, DescriptionMaxLength), tool.AsksFirst);

    private static string? WithoutQuery(Uri? address) => address?.GetLeftPart(UriPartial.Path);
}
