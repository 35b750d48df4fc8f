namespace ChatApp.Web.Integrations.Mcp;

/// <summary>Lets few callers in at a time and few others wait.</summary>
/// <param name="maxRunning">How many are in.</param>
/// <param name="maxWaiting">How many wait.</param>
internal sealed class BoundedQueue(int maxRunning, int maxWaiting)
{
    private readonly SemaphoreSlim _free = new(maxRunning);
    private int _callers;

    /// <summary>Waits for a place, which the caller disposes of; null at once if too many wait already.</summary>
    public async Task<IDisposable?> EnterAsync(CancellationToken ct)
    {
        if (Interlocked.Increment(ref _callers) > maxRunning + maxWaiting)
        {
            Interlocked.Decrement(ref _callers);
            return null;
        }
        try
        {
            await _free.WaitAsync(ct);
            return new Place(this);
        }
        catch
        {
            Interlocked.Decrement(ref _callers);
            throw;
        }
    }

    private sealed class Place(BoundedQueue queue) : IDisposable
    {
        public void Dispose()
        {
            queue._free.Release();
            Interlocked.Decrement(ref queue._callers);
        }
    }
}
