using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Time;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace ChatApp.Web.Integrations.Mcp;

/// <summary>
/// An MCP server and its connection, which all users share. It connects when first needed and reconnects after the connection is lost, with back-off.
/// Callers wait for a limited time; a reply never waits for an attempt that is likely to fail.
/// </summary>
/// <param name="settings">Its configuration.</param>
/// <param name="transports">Creates the transport.</param>
/// <param name="clock">For timeouts and back-off.</param>
/// <param name="changed">Called when <see cref="McpServerState.Status"/> has changed.</param>
/// <param name="log">Logs connections made and lost, never their content.</param>
public sealed partial class McpServer(
    McpServerSettings settings, McpTransports transports, TimeProvider clock, Action changed, ILogger<McpServer> log) : IAsyncDisposable
{
    // How long a reply waits for a server to connect. If it takes longer, the next message has its tools.
    private static readonly TimeSpan OfferTimeout = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan FirstBackOff = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaxBackOff = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _end = new();
    private readonly McpServerOutput _output = new();
    private Task<McpConnection?>? _opening;
    private McpConnection? _connection;
    private ToolFailure? _failure;
    private int _failures;
    private DateTimeOffset _nextAttemptAt;

    public McpServerSettings Settings => settings;

    /// <summary>Its current state.</summary>
    public McpServerState State
    {
        get
        {
            lock (_lock)
            {
                var status = _opening is not null ? McpServerStatus.Connecting
                    : _connection is not null ? McpServerStatus.Connected
                    : _failures > 0 ? McpServerStatus.Failed : McpServerStatus.Idle;
                return new(status, _connection?.Since, _connection?.Tools ?? [], _failure, _output.Lines);
            }
        }
    }

    /// <summary>The tools that the server offers now. Returns none, without delay, if it cannot be reached.</summary>
    public async Task<IReadOnlyList<Tool>> OfferAsync(CancellationToken ct)
    {
        Task<McpConnection?> opening;
        lock (_lock)
        {
            if (_connection is not null)
            {
                var connection = _connection;
                _ = connection.IsStale ? Task.Run(() => CheckAsync(connection), CancellationToken.None) : null; // in the background, for the next reply
                return connection.Tools;
            }
            if (_opening is null && clock.Now() < _nextAttemptAt)
            {
                return [];
            }
            opening = Open();
            if (_failures > 0)
            {
                return [];
            }
        }
        try
        {
            return (await opening.WaitAsync(OfferTimeout, clock, ct))?.Tools ?? [];
        }
        catch (TimeoutException)
        {
            return [];
        }
    }

    /// <summary>The server's tools. Connects if necessary, however long that takes.</summary>
    /// <exception cref="ToolException">It cannot be reached.</exception>
    public async Task<IReadOnlyList<Tool>> ListAsync(CancellationToken ct) => (await GetAsync(ct)).Tools;

    /// <summary>Calls a tool.</summary>
    /// <exception cref="ToolException">The server cannot be reached, rejects the call, or does not respond in time.</exception>
    public async Task<CallToolResult> CallAsync(string tool, IReadOnlyDictionary<string, object?> arguments, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(settings.CallTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        McpConnection? connection = null;
        try
        {
            connection = await GetAsync(either.Token);
            return await connection.CallAsync(tool, arguments, either.Token);
        }
        catch (McpProtocolException e)
        {
            connection?.MarkStale();
            throw new ToolException(ToolText.Cut(e.Message, 1000), e);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            connection?.MarkStale();
            throw new ToolException($"{settings.Name} took longer than {settings.CallTimeout.TotalSeconds:0.#} seconds.", e);
        }
        catch (Exception e) when (connection is not null && !ct.IsCancellationRequested)
        {
            Drop(connection, e);
            throw new ToolException($"The connection to {settings.Name} was lost during the call. The call may have taken effect.", e);
        }
    }

    /// <summary>Closes the connection and connects again, without back-off.</summary>
    /// <returns>Whether it is connected.</returns>
    public async Task<bool> ReconnectAsync(CancellationToken ct)
    {
        McpConnection? old;
        Task<McpConnection?> opening;
        lock (_lock)
        {
            (old, _connection) = (_connection, null);
            opening = Open();
        }
        await (old?.CloseAsync() ?? Task.CompletedTask);
        return await opening.WaitAsync(ct) is not null;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        Task<McpConnection?> last;
        lock (_lock)
        {
            last = _opening ?? Task.FromResult(_connection);
            _connection = null;
        }
        if (await last is { } connection)
        {
            await connection.CloseAsync();
        }
        _end.Dispose();
    }

    // An open connection, checked if it is stale.
    private async Task<McpConnection> GetAsync(CancellationToken ct)
    {
        var connection = await Current().WaitAsync(ct);
        if (connection is not null && connection.IsStale && !await CheckAsync(connection).WaitAsync(ct))
        {
            connection = await Current().WaitAsync(ct);
        }
        return connection ?? throw new ToolException($"{settings.Name} could not be reached.");
    }

    private Task<McpConnection?> Current()
    {
        lock (_lock)
        {
            return _connection is null ? Open() : Task.FromResult<McpConnection?>(_connection);
        }
    }

    private async Task<bool> CheckAsync(McpConnection connection)
    {
        try
        {
            await connection.CheckAsync(_end.Token);
            return true;
        }
        catch (Exception e)
        {
            Drop(connection, e);
            return false;
        }
    }

    // One attempt at a time. It does not throw, and continues after its callers have stopped waiting.
    private Task<McpConnection?> Open() => _opening ??= Task.Run(OpenAsync);

    private async Task<McpConnection?> OpenAsync()
    {
        changed();
        McpConnection? connection = null;
        Exception? error = null;
        try
        {
            connection = await McpConnection.OpenAsync(settings, transports.Create(settings, _output.Add), clock, _end.Token);
        }
        catch (Exception e)
        {
            error = e;
        }
        lock (_lock)
        {
            (_opening, _connection) = (null, connection);
            (_failures, _nextAttemptAt) = error is null ? (0, default) : (_failures + 1, clock.Now() + BackOffAfter(_failures + 1));
            _failure = error is null ? _failure : new(McpErrors.Describe(settings, error), clock.Now());
        }
        if (connection is not null)
        {
            LogConnected(settings.Name, connection.Tools.Count);
            _ = WatchAsync(connection);
        }
        else if (!_end.IsCancellationRequested)
        {
            LogFailed(settings.Name, McpErrors.Describe(settings, error!));
        }
        changed();
        return connection;
    }

    private static TimeSpan BackOffAfter(int failures) =>
        failures > 6 ? MaxBackOff : FirstBackOff * Math.Pow(2, failures - 1); // 5 s, 10 s … 160 s, 5 min

    private async Task WatchAsync(McpConnection connection) => Drop(connection, new ClientTransportClosedException(await connection.Completion));

    private void Drop(McpConnection connection, Exception reason)
    {
        lock (_lock)
        {
            if (_connection != connection)
            {
                return; // already closed or dropped
            }
            _connection = null;
            _failure = new(McpErrors.Describe(settings, reason), clock.Now());
        }
        LogLost(settings.Name, McpErrors.Describe(settings, reason));
        _ = connection.CloseAsync();
        changed();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Connected to the MCP server {Server} with {Tools} tools")]
    private partial void LogConnected(string server, int tools);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not connect to the MCP server {Server}: {Reason}")]
    private partial void LogFailed(string server, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lost the connection to the MCP server {Server}: {Reason}")]
    private partial void LogLost(string server, string reason);
}
