using System.Text;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Http;

namespace ChatApp.Tests.Unit;

internal sealed class EventStreamWriterTests
{
    private const string Ping = "event: ping\ndata: {\"type\":\"ping\"}\n\n";
    private const string Data = "data: {\"n\":1}\n\n";

    private readonly ManualClock _clock = new();

    [Test]
    public async Task Write_IdleStream_SendsAHeartbeatEveryFifteenSeconds()
    {
        using var body = new MemoryStream();
        await using var writer = new EventStreamWriter(Context(body), ServerEvent.Ping, _clock);

        _clock.Advance(TimeSpan.FromSeconds(10));
        await writer.WriteAsync(new(new { n = 1 }));
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.That(Text(body), Is.EqualTo(Data), "five seconds after the last event");
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.That(Text(body), Is.EqualTo(Data + Ping));
        _clock.Advance(TimeSpan.FromSeconds(15));
        Assert.That(Text(body), Is.EqualTo(Data + Ping + Ping));
    }

    [Test]
    public async Task Dispose_ThenSilence_WritesNothingMore()
    {
        using var body = new MemoryStream();
        var writer = new EventStreamWriter(Context(body), ServerEvent.Ping, _clock);
        await writer.DisposeAsync();

        _clock.Advance(TimeSpan.FromMinutes(1));

        Assert.That(Text(body), Is.Empty);
    }

    [Test]
    public async Task Write_HeartbeatOfTheStream_IsSent()
    {
        using var body = new MemoryStream();
        await using var writer = new EventStreamWriter(Context(body), ServerEvent.Verbatim(": heartbeat"), _clock);

        _clock.Advance(EventStreamWriter.HeartbeatInterval);

        Assert.That(Text(body), Is.EqualTo(": heartbeat\n\n"));
    }

    private static DefaultHttpContext Context(Stream body)
    {
        var context = new DefaultHttpContext();
        context.Response.Body = body;
        return context;
    }

    private static string Text(MemoryStream body) => Encoding.UTF8.GetString(body.ToArray());

    /// <summary>A clock with one timer, advanced by the test.</summary>
    private sealed class ManualClock : TimeProvider, ITimer
    {
        private TimerCallback _callback = _ => { };
        private TimeSpan _now;
        private TimeSpan? _due;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _callback = callback;
            Change(dueTime, period);
            return this;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _due = _now + dueTime;
            return true;
        }

        public void Advance(TimeSpan time)
        {
            _now += time;
            if (_due is { } due && due <= _now)
            {
                _due = null;
                _callback(null);
            }
        }

        public void Dispose() => _due = null;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
