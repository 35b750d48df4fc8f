namespace ChatApp.Web.Background;

/// <summary>
/// Returns memory to the operating system when the app has become quiet after a burst. By itself, the garbage collector runs only when memory is allocated,
/// so a quiet app would keep what the burst has left.
/// </summary>
internal sealed class UnusedMemory
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private const long Burst = 64L << 20;
    private const long Quiet = 8L << 20; // in an interval

    private long _atLastTick = GC.GetTotalAllocatedBytes();
    private long _atLastReturn = GC.GetTotalAllocatedBytes();

    /// <summary>Looks once whether there is something to return.</summary>
    public void Tick()
    {
        var allocated = GC.GetTotalAllocatedBytes();
        if (allocated - _atLastTick < Quiet && allocated - _atLastReturn > Burst)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true); // takes some 50 ms
            _atLastReturn = allocated;
        }
        _atLastTick = allocated;
    }
}
