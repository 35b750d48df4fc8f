using ChatApp.Domain.Chat.Ports;

namespace ChatApp.Web.Integrations.Mcp;

/// <summary>The servers of tools that the administrator has configured.</summary>
public sealed class McpServers : IToolSource, IAsyncDisposable
{
    private bool _isDisposed;

    /// <param name="settings">The servers.</param>
    /// <param name="transports">Makes the ways to them.</param>
    /// <param name="clock">For all limits.</param>
    /// <param name="logs">Where they log.</param>
    public McpServers(IEnumerable<McpServerSettings> settings, McpTransports transports, TimeProvider clock, ILoggerFactory logs) =>
        All = [.. settings.Select(s => new McpConnection(s, transports, clock, () => Changed?.Invoke(), logs.CreateLogger<McpConnection>()))];

    /// <summary>A server's status has changed.</summary>
    public event Action? Changed;

    public IReadOnlyList<McpConnection> All { get; }

    /// <summary>Whether any of them is being connected.</summary>
    public bool IsConnecting => All.Any(s => s.State.Status == McpServerStatus.Connecting);

    public McpConnection? Find(string name) => All.FirstOrDefault(s => s.Settings.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    public async Task<IReadOnlyList<ChatTool>> ListAsync(CancellationToken ct)
    {
        var offers = await Task.WhenAll(All.Select(async s => (await s.OfferAsync(ct)).Select(t => new McpFunction(s, t).ToChatTool())));
        return [.. offers.SelectMany(tools => tools)];
    }

    public async ValueTask DisposeAsync()
    {
        // The container asks once for each name that it knows this object by.
        if (!Interlocked.Exchange(ref _isDisposed, true))
        {
            await Task.WhenAll(All.Select(s => s.DisposeAsync().AsTask()));
        }
    }
}
