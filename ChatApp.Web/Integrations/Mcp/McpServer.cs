using System.Text.Json;
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

    private const int MaxCalls = 16;
    private const int MaxWaitingCalls = 64;

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _end = new();
    private readonly McpServerOutput _output = new();
    private readonly BoundedQueue _calls = new(MaxCalls, MaxWaitingCalls);
    private Task<McpConnection?>? _opening;
    private McpConnection? _connection;
    private (McpConnection Connection, Task<bool> Check)? _checked;
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
                _ = connection.IsStale ? CheckAsync(connection) : null; // in the background, for the next reply
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

    /// <summary>Calls a tool. Few calls run at the same time; further ones wait, within the timeout.</summary>
    /// <exception cref="ToolException">The server cannot be reached, is busy, rejects the call, or does not respond in time.</exception>
    public async Task<CallToolResult> CallAsync(string tool, IReadOnlyDictionary<string, object?> arguments, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(settings.CallTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        McpConnection? connection = null;
        try
        {
            using var place = await _calls.EnterAsync(either.Token) ?? throw new ToolException($"{settings.Name} is busy. Try again later.");
            connection = await GetAsync(either.Token);
            return await connection.CallAsync(tool, arguments, either.Token);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            connection?.MarkStale();
            throw new ToolException($"{settings.Name} took longer than {settings.CallTimeout.TotalSeconds:0.#} seconds.", e);
        }
        catch (Exception e) when (connection is not null && !ct.IsCancellationRequested)
        {
            throw new ToolException(FailureOf(connection, e), e);
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

    // Other users have calls on the connection, so that it is only dropped once it is lost.
    private string FailureOf(McpConnection connection, Exception e)
    {
        connection.MarkStale();
        if (settings.Url is null && McpErrors.IsLost(e))
        {
            Drop(connection, e);
        }
        else if (McpErrors.IsTooLong(e))
        {
            return $"The response of {settings.Name} is too long.";
        }
        else if (e is McpProtocolException)
        {
            return ToolText.Cut(e.Message, 1000);
        }
        return e is JsonException ? $"The response of {settings.Name} cannot be read."
            : $"The connection to {settings.Name} was lost during the call. The call may have taken effect.";
    }
}
