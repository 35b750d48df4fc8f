using System.Threading.Channels;

namespace ChatApp.Domain.Chat;

/// <summary>One listener's way to wait for news. Thousands wait at the same time for each token, so that no wait makes an object or starts a timer.</summary>
internal sealed class ReplyListener : IDisposable
{
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(15);

    // News that nobody has taken yet: whoever takes them looks for himself what there is.
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly TimeProvider _clock;
    private readonly ITimer _silence;
    private readonly CancellationTokenRegistration _leaving;
    private long _last;

    /// <param name="clock">Measures the silence.</param>
    /// <param name="ct">Ends the waiting.</param>
    public ReplyListener(TimeProvider clock, CancellationToken ct)
    {
        (_clock, _last) = (clock, clock.GetTimestamp());
        _silence = clock.CreateTimer(_ => Look(), null, PingInterval, Timeout.InfiniteTimeSpan);
        _leaving = ct.UnsafeRegister(_ => _news.Writer.TryComplete(new OperationCanceledException(ct)), null);
    }

    /// <summary>Says that there are news.</summary>
    public void Wake()
    {
        Volatile.Write(ref _last, _clock.GetTimestamp());
        _news.Writer.TryWrite(true);
    }

    /// <summary>Waits for news, also for those that came since the last time.</summary>
    /// <returns>False if there were none for a while.</returns>
    public ValueTask<bool> WaitAsync() => _news.Reader.ReadAsync(CancellationToken.None);

    public void Dispose()
    {
        _silence.Dispose();
        _leaving.Dispose();
    }

    private void Look()
    {
        var rest = PingInterval - _clock.GetElapsedTime(Volatile.Read(ref _last));
        if (rest <= TimeSpan.Zero)
        {
            _news.Writer.TryWrite(false);
            Volatile.Write(ref _last, _clock.GetTimestamp());
            rest = PingInterval;
        }
        _silence.Change(rest, Timeout.InfiniteTimeSpan);
    }
}
