using ChatApp.Domain.Time;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace ChatApp.Web.Integrations.Mcp;

/// <summary>One connection to a server of tools, from the handshake until it breaks or is closed.</summary>
internal sealed class McpLink
{
    // More tools than this are not taken from one server.
    private const int MaxTools = 128;

    // A connection that was silent for longer is tried before it is used.
    private static readonly TimeSpan TrustedFor = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(5);
    private static readonly McpClientOptions ClientOptions = new() { ClientInfo = new() { Name = "ChatApp", Version = "1.0" } };

    private readonly McpClient _client;
    private readonly McpServerSettings _settings;
    private readonly TimeProvider _clock;
    private DateTimeOffset _seenAt;

    private McpLink(McpClient client, McpServerSettings settings, TimeProvider clock) => (_client, _settings, _clock, Since) = (client, settings, clock, clock.Now());

    public DateTimeOffset Since { get; }

    /// <summary>What the server offered when it was last asked.</summary>
    public IReadOnlyList<Tool> Tools { get; private set; } = [];

    public bool IsStale => _clock.Now() - _seenAt > TrustedFor;

    /// <summary>Ends, with what is known of the reason, when the connection does.</summary>
    public Task<ClientCompletionDetails> Completion => _client.Completion;

    /// <summary>Connects to the server and reads its tools.</summary>
    public static async Task<McpLink> OpenAsync(McpServerSettings settings, IClientTransport transport, TimeProvider clock, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(settings.ConnectTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        var link = new McpLink(await McpClient.CreateAsync(transport, ClientOptions, cancellationToken: either.Token), settings, clock);
        try
        {
            await link.ReadToolsAsync(either.Token);
            return link;
        }
        catch
        {
            await link.CloseAsync();
            throw;
        }
    }

    /// <summary>Finds out whether the server still answers, and which tools it has now.</summary>
    public async Task CheckAsync(CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(_settings.CallTimeout < CheckTimeout ? _settings.CallTimeout : CheckTimeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        await ReadToolsAsync(either.Token);
    }

    public async Task<CallToolResult> CallAsync(string tool, IReadOnlyDictionary<string, object?> arguments, CancellationToken ct)
    {
        var result = await _client.CallToolAsync(tool, arguments, cancellationToken: ct);
        _seenAt = _clock.Now();
        return result;
    }

    /// <summary>Has the connection checked before it is used again.</summary>
    public void Distrust() => _seenAt = default;

    /// <summary>Ends the connection, and the command if there is one. Waits for neither for long.</summary>
    public async Task CloseAsync()
    {
        try
        {
            await _client.DisposeAsync().AsTask().WaitAsync(CheckTimeout, _clock);
        }
        catch (Exception)
        {
            // Nobody is there to be told. A command is killed in any case.
        }
    }

    private async Task ReadToolsAsync(CancellationToken ct)
    {
        var tools = await _client.ListToolsAsync(cancellationToken: ct);
        Tools = [.. tools.Select(t => t.ProtocolTool).Where(t => _settings.Tools.Count == 0 || _settings.Tools.Contains(t.Name)).DistinctBy(t => t.Name).Take(MaxTools)];
        _seenAt = _clock.Now();
    }
}
