using ChatApp.Domain.Time;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace ChatApp.Web.Integrations.Mcp;

/// <summary>One connection to an MCP server, from the handshake until it is lost or closed.</summary>
internal sealed class McpConnection
{
    // Further tools of a server are ignored.
    private const int MaxTools = 128;

    // Further pages of a server's list are not read.
    private const int MaxPages = 64;

    // Tools with a longer schema are ignored: every prompt would contain it.
    private const int MaxSchema = 64 * 1024;

    // A connection that was idle for longer is checked before it is used.
    private static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(5);
    private static readonly McpClientOptions ClientOptions = new() { ClientInfo = new() { Name = "ChatApp", Version = "1.0" } };

    private readonly McpClient _client;
    private readonly McpServerSettings _settings;
    private readonly TimeProvider _clock;
    private DateTimeOffset _seenAt;

    private McpConnection(McpClient client, McpServerSettings settings, TimeProvider clock) => (_client, _settings, _clock, Since) = (client, settings, clock, clock.Now());

    public DateTimeOffset Since { get; }

    /// <summary>The server's tools when they were last listed.</summary>
    public IReadOnlyList<Tool> Tools { get; private set; } = [];

    public bool IsStale => _clock.Now() - _seenAt > StaleAfter;

    /// <summary>Completes when the connection ends, with the reason as far as it is known.</summary>
    public Task<ClientCompletionDetails> Completion => _client.Completion;

    /// <summary>Connects to the server and lists its tools.</summary>
    public static async Task<McpConnection> OpenAsync(McpServerSettings settings, IClientTransport transport, TimeProvider clock, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(settings.ConnectTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        var connection = new McpConnection(await McpClient.CreateAsync(transport, ClientOptions, cancellationToken: either.Token), settings, clock);
        try
        {
            await connection.ListToolsAsync(either.Token);
            return connection;
        }
        catch
        {
            await connection.CloseAsync();
            throw;
        }
    }

    /// <summary>Checks that the server responds, and lists its tools again.</summary>
    public async Task CheckAsync(CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(_settings.CallTimeout < CheckTimeout ? _settings.CallTimeout : CheckTimeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        await ListToolsAsync(either.Token);
    }

    public async Task<CallToolResult> CallAsync(string tool, IReadOnlyDictionary<string, object?> arguments, CancellationToken ct)
    {
        var result = await _client.CallToolAsync(tool, arguments, cancellationToken: ct);
        _seenAt = _clock.Now();
        return result;
    }

    /// <summary>Makes sure that the connection is checked before it is used again.</summary>
    public void MarkStale() => _seenAt = default;

    /// <summary>Closes the connection and stops the command, if any, without waiting long for either.</summary>
    public async Task CloseAsync()
    {
        try
        {
            await _client.DisposeAsync().AsTask().WaitAsync(CheckTimeout, _clock);
        }
        catch (Exception)
        {
            // Nothing depends on it. A command is killed in any case.
        }
    }

    private async Task ListToolsAsync(CancellationToken ct)
    {
        var tools = new List<Tool>();
        var request = new ListToolsRequestParams();
        for (var page = 0; page < MaxPages && tools.Count < MaxTools; page++)
        {
            var result = await _client.ListToolsAsync(request, ct);
            tools.AddRange(result.Tools.Where(IsOffered).Take(MaxTools - tools.Count));
            if (result.NextCursor is null)
            {
                break;
            }
            request.Cursor = result.NextCursor;
        }
        _client.ClearKnownTools();
        Tools = [.. tools.DistinctBy(t => t.Name).Where(IsAccepted)];
        _seenAt = _clock.Now();
    }

    private bool IsOffered(Tool tool) =>
        (_settings.Tools.Count == 0 || _settings.Tools.Contains(tool.Name)) && tool.InputSchema.GetRawText().Length <= MaxSchema;

    // The client checks what the schema says about headers, and needs it for calls.
    private bool IsAccepted(Tool tool)
    {
        try
        {
            _client.AddKnownTools([tool]);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
