using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Time;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace ChatApp.Web.Integrations.Mcp;

/// <summary>
/// The connection to one server of tools, for all users. It is made when it is first needed and made again after it broke. Whoever needs it waits for
/// a limited time; an answer never waits for an attempt that is likely to fail.
/// </summary>
/// <param name="settings">The server.</param>
/// <param name="transports">Makes the way to it.</param>
/// <param name="clock">For all limits.</param>
/// <param name="changed">Called when <see cref="McpServerState.Status"/> has changed.</param>
/// <param name="log">Hears of connections made and lost, never of what goes over them.</param>
public sealed partial class McpConnection(
    McpServerSettings settings, McpTransports transports, TimeProvider clock, Action changed, ILogger<McpConnection> log) : IAsyncDisposable
{
    // How long an answer may wait for a server that is being connected. Who comes later has its tools with the next message.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _end = new();
    private readonly McpServerOutput _output = new();
    private Task<McpLink?>? _opening;
    private McpLink? _link;
    private ToolFailure? _failure;
    private int _failures;
    private DateTimeOffset _pauseEnds;

    public McpServerSettings Settings => settings;

    /// <summary>How it is now.</summary>
    public McpServerState State
    {
        get
        {
            lock (_lock)
            {
                var status = _opening is not null ? McpServerStatus.Connecting
                    : _link is not null ? McpServerStatus.Connected
                    : _failures > 0 ? McpServerStatus.Failed : McpServerStatus.Idle;
                return new(status, _link?.Since, _link?.Tools ?? [], _failure, _output.Lines);
            }
        }
    }

    /// <summary>The tools that the server offers now; none, quickly, if it cannot be reached.</summary>
    public async Task<IReadOnlyList<Tool>> OfferAsync(CancellationToken ct)
    {
        Task<McpLink?> opening;
        lock (_lock)
        {
            if (_link is not null)
            {
                var link = _link;
                _ = link.IsStale ? Task.Run(() => CheckAsync(link), CancellationToken.None) : null; // the next answer will know
                return link.Tools;
            }
            if (_opening is null && clock.Now() < _pauseEnds)
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
            return (await opening.WaitAsync(Patience, clock, ct))?.Tools ?? [];
        }
        catch (TimeoutException)
        {
            return [];
        }
    }

    /// <summary>The tools of the server, which is connected if need be, however long that may take.</summary>
    /// <exception cref="ToolException">It cannot be reached.</exception>
    public async Task<IReadOnlyList<Tool>> ListAsync(CancellationToken ct) => (await GetAsync(ct)).Tools;

    /// <summary>Calls a tool.</summary>
    /// <exception cref="ToolException">The server cannot be reached, refuses, or does not answer in time.</exception>
    public async Task<CallToolResult> CallAsync(string tool, IReadOnlyDictionary<string, object?> arguments, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(settings.CallTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        McpLink? link = null;
        try
        {
            link = await GetAsync(either.Token);
            return await link.CallAsync(tool, arguments, either.Token);
        }
        catch (McpProtocolException e)
        {
            link?.Distrust();
            throw new ToolException(ToolText.Cut(e.Message, 1000), e);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            link?.Distrust();
            throw new ToolException($"{settings.Name} did not answer within {settings.CallTimeout.TotalSeconds:0.#} seconds.", e);
        }
        catch (Exception e) when (link is not null && !ct.IsCancellationRequested)
        {
            Drop(link, e);
            throw new ToolException($"The connection to {settings.Name} broke during the call. Whether the call took effect is not known.", e);
        }
    }

    /// <summary>Closes the connection and makes it anew, now.</summary>
    /// <returns>Whether it worked.</returns>
    public async Task<bool> ReconnectAsync(CancellationToken ct)
    {
        McpLink? old;
        Task<McpLink?> opening;
        lock (_lock)
        {
            (old, _link) = (_link, null);
            opening = Open();
        }
        await (old?.CloseAsync() ?? Task.CompletedTask);
        return await opening.WaitAsync(ct) is not null;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        Task<McpLink?> last;
        lock (_lock)
        {
            last = _opening ?? Task.FromResult(_link);
            _link = null;
        }
        if (await last is { } link)
        {
            await link.CloseAsync();
        }
        _end.Dispose();
    }

    // A connection that can be relied on.
    private async Task<McpLink> GetAsync(CancellationToken ct)
    {
        var link = await Current().WaitAsync(ct);
        if (link is not null && link.IsStale && !await CheckAsync(link).WaitAsync(ct))
        {
            link = await Current().WaitAsync(ct);
        }
        return link ?? throw new ToolException($"The tool server {settings.Name} cannot be reached at the moment.");
    }

    private Task<McpLink?> Current()
    {
        lock (_lock)
        {
            return _link is null ? Open() : Task.FromResult<McpLink?>(_link);
        }
    }

    private async Task<bool> CheckAsync(McpLink link)
    {
        try
        {
            await link.CheckAsync(_end.Token);
            return true;
        }
        catch (Exception e)
        {
            Drop(link, e);
            return false;
        }
    }

    // One attempt at a time. It does not fail, and runs on when those who wait for it have gone.
    private Task<McpLink?> Open() => _opening ??= Task.Run(OpenAsync);

    private async Task<McpLink?> OpenAsync()
    {
        changed();
        McpLink? link = null;
        Exception? problem = null;
        try
        {
            link = await McpLink.OpenAsync(settings, transports.Create(settings, _output.Add), clock, _end.Token);
        }
        catch (Exception e)
        {
            problem = e;
        }
        lock (_lock)
        {
            (_opening, _link) = (null, link);
            (_failures, _pauseEnds) = problem is null ? (0, default) : (_failures + 1, clock.Now() + PauseAfter(_failures + 1));
            _failure = problem is null ? _failure : new(McpErrors.Describe(settings, problem), clock.Now());
        }
        if (link is not null)
        {
            LogConnected(settings.Name, link.Tools.Count);
            _ = WatchAsync(link);
        }
        else if (!_end.IsCancellationRequested)
        {
            LogFailed(settings.Name, McpErrors.Describe(settings, problem!));
        }
        changed();
        return link;
    }

    private static TimeSpan PauseAfter(int failures) =>
        failures > 6 ? LongestPause : FirstPause * Math.Pow(2, failures - 1); // 5 s, 10 s … 160 s, 5 min

    private async Task WatchAsync(McpLink link) => Drop(link, new ClientTransportClosedException(await link.Completion));

    private void Drop(McpLink link, Exception reason)
    {
        lock (_lock)
        {
            if (_link != link)
            {
                return; // closed on purpose, or somebody else was first
            }
            _link = null;
            _failure = new(McpErrors.Describe(settings, reason), clock.Now());
        }
        LogLost(settings.Name, McpErrors.Describe(settings, reason));
        _ = link.CloseAsync();
        changed();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The MCP server {Server} is connected and has {Tools} tools")]
    private partial void LogConnected(string server, int tools);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The MCP server {Server} cannot be connected: {Reason}")]
    private partial void LogFailed(string server, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection to the MCP server {Server} was lost: {Reason}")]
    private partial void LogLost(string server, string reason);
}
