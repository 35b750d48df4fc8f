using ChatApp.Domain.Chat.Ports;

namespace ChatApp.Web.Integrations.Mcp;

/// <summary>The configured MCP servers.</summary>
public sealed class McpServers : IToolSource, IAsyncDisposable
{
    private bool _isDisposed;

    /// <param name="settings">Their configuration.</param>
    /// <param name="transports">Creates their transports.</param>
    /// <param name="clock">For timeouts and back-off.</param>
    /// <param name="logs">For their logs.</param>
    public McpServers(IEnumerable<McpServerSettings> settings, McpTransports transports, TimeProvider clock, ILoggerFactory logs) =>
        All = [.. settings.Select(s => new McpServer(s, transports, clock, () => Changed?.Invoke(), logs.CreateLogger<McpServer>()))];

    /// <summary>Raised when a server's status changes.</summary>
    public event Action? Changed;

    public IReadOnlyList<McpServer> All { get; }

    /// <summary>Whether any of them is connecting.</summary>
    public bool IsConnecting => All.Any(s => s.State.Status == McpServerStatus.Connecting);

    public McpServer? Find(string name) => All.FirstOrDefault(s => s.Settings.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    public async Task<IReadOnlyList<ChatTool>> ListAsync(CancellationToken ct)
    {
        var offers = await Task.WhenAll(All.Select(async s => (await s.OfferAsync(ct)).Select(t => new McpFunction(s, t).ToChatTool())));
        return [.. offers.SelectMany(tools => tools)];
    }

    public async ValueTask DisposeAsync()
    {
        // The container disposes of it once per service type it is registered as.
        if (!Interlocked.Exchange(ref _isDisposed, true))
        {
            await Task.WhenAll(All.Select(s => s.DisposeAsync().AsTask()));
        }
    }
}
