namespace ChatApp.Tests.Support;

/// <summary>A clock that runs a hundred times too fast, for tests of timeouts.</summary>
internal sealed class HurriedClock : TimeProvider
{
    private const int Haste = 100;

    private readonly DateTimeOffset _start = System.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => _start + (System.GetUtcNow() - _start) * Haste;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, Hurry(dueTime), Hurry(period));

    private static TimeSpan Hurry(TimeSpan time) => time < TimeSpan.Zero ? time : time / Haste;
}
