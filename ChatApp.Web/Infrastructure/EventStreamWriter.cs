using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;

namespace ChatApp.Web.Infrastructure;

/// <summary>
/// Writes server-sent events (HTML standard, 9.2) to a response, and a heartbeat whenever nothing was written for a while. A client that does not read is
/// disconnected after a while: until then it costs no more than the server's write buffer.
/// </summary>
internal sealed class EventStreamWriter : IAsyncDisposable
{
    /// <summary>The longest silence on a stream: shorter than the usual timeouts of proxies.</summary>
    public static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(5);

    private readonly HttpContext _http;
    private readonly PipeWriter _body;
    private readonly Utf8JsonWriter _json; // one for all events
    private readonly ServerEvent _heartbeat;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _gate = new(1); // events and heartbeats exclude each other
    private readonly ITimer _timer;
    private long _lastWrite;
    private bool _isClosed;

    public EventStreamWriter(HttpContext http, ServerEvent heartbeat, TimeProvider clock)
    {
        (_http, _body, _heartbeat, _clock, _lastWrite) = (http, http.Response.BodyWriter, heartbeat, clock, clock.GetTimestamp());
        _json = new(_body, new() { Encoder = Json.Options.Encoder });
        _timer = clock.CreateTimer(_ => _ = BeatAsync(), null, HeartbeatInterval, Timeout.InfiniteTimeSpan);
    }

    public async ValueTask WriteAsync(ServerEvent e)
    {
        await _gate.WaitAsync(_http.RequestAborted);
        try
        {
            if (!_isClosed)
            {
                Write(e);
                Volatile.Write(ref _lastWrite, _clock.GetTimestamp());
                await FlushAsync();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Sends what is in the buffer.</summary>
    public async ValueTask FlushAsync()
    {
        var flush = _body.FlushAsync(_http.RequestAborted);
        if (!flush.IsCompletedSuccessfully)
        {
            try
            {
                await flush.AsTask().WaitAsync(WriteTimeout, _http.RequestAborted);
            }
            catch (TimeoutException)
            {
                _http.Abort();
                throw new OperationCanceledException(_http.RequestAborted);
            }
        }
    }

    /// <summary>Ends the heartbeat; nothing is written afterwards, when the response may belong to another request.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await _gate.WaitAsync();
        _isClosed = true;
        await _json.DisposeAsync();
        _gate.Release();
    }

    private async Task BeatAsync()
    {
        try
        {
            var rest = HeartbeatInterval - _clock.GetElapsedTime(Volatile.Read(ref _lastWrite));
            if (rest <= TimeSpan.Zero)
            {
                await WriteAsync(_heartbeat);
                rest = HeartbeatInterval;
            }
            _timer.Change(rest, Timeout.InfiniteTimeSpan);
        }
#pragma warning disable CA1031 // the client has gone, which the stream itself notices
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private void Write(ServerEvent e)
    {
        if (e.Line is not null)
        {
            WriteLine(""u8, e.Line);
            _body.Write("\n"u8);
            return;
        }
        WriteLine("event: "u8, e.Type);
        WriteLine("id: "u8, e.Id);
        _body.Write("data: "u8);
        _json.Reset();
        JsonSerializer.Serialize(_json, e.Data, e.Data.GetType(), Json.Options);
        _json.Flush();
        _body.Write("\n\n"u8);
    }

    private void WriteLine(ReadOnlySpan<byte> field, string? value)
    {
        if (value is not null)
        {
            _body.Write(field);
            Encoding.UTF8.GetBytes(value, _body);
            _body.Write("\n"u8);
        }
    }
}
