using ChatApp.Domain.Chat;

namespace ChatApp.Tests.Unit;

internal sealed class ReplyListenerTests
{
    [Test]
    public async Task Wait_NewsBefore_IsOver()
    {
        using var listener = new ReplyListener(TimeProvider.System, CancellationToken.None);
        listener.Wake();
        listener.Wake();
        Assert.That(await listener.WaitAsync(), Is.True);
        var next = listener.WaitAsync();
        Assert.That(next.IsCompleted, Is.False, "what comes close together is told once");
        listener.Wake();
        Assert.That(await next, Is.True);
    }

    [Test]
    public void Wait_Cancelled_Throws()
    {
        using var leaving = new CancellationTokenSource();
        using var listener = new ReplyListener(TimeProvider.System, leaving.Token);
        var wait = listener.WaitAsync().AsTask();
        leaving.Cancel();
        Assert.That(async () => await wait, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Wait_Silence_IsToldEveryFifteenSeconds()
    {
        var clock = new HandClock();
        using var listener = new ReplyListener(clock, CancellationToken.None);
        clock.Advance(TimeSpan.FromSeconds(10));
        listener.Wake();
        Assert.That(await listener.WaitAsync(), Is.True);
        clock.Advance(TimeSpan.FromSeconds(5));
        var wait = listener.WaitAsync();
        Assert.That(wait.IsCompleted, Is.False, "five seconds after the last news");
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.That(await wait, Is.False);
        clock.Advance(TimeSpan.FromSeconds(15));
        Assert.That(await listener.WaitAsync(), Is.False);
    }

    /// <summary>A clock with one timer, set forward by hand.</summary>
    private sealed class HandClock : TimeProvider, ITimer
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

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
