using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Time;
using ModelContextProtocol.Client;

namespace ChatApp.Web.Integrations.Mcp;

// Opens, checks and drops the connection.
public sealed partial class McpServer
{
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

    // One check at a time, whoever waits for it.
    private Task<bool> CheckAsync(McpConnection connection)
    {
        lock (_lock)
        {
            return _checked is { Check.IsCompleted: false } running && running.Connection == connection
                ? running.Check : (_checked = (connection, Task.Run(() => CheckOnceAsync(connection)))).Value.Check;
        }
    }

    private async Task<bool> CheckOnceAsync(McpConnection connection)
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
