namespace ChatApp.Data.Accounts.Deletion;

/// <summary>Wakes the work that removes the rows of deleted accounts.</summary>
public sealed class DeletionSignal : IDisposable
{
    private readonly SemaphoreSlim _raised = new(0);

    public void Raise() => _raised.Release();

    /// <summary>Waits for the signal, at most for a while.</summary>
    public Task WaitAsync(TimeSpan longest, CancellationToken ct) => _raised.WaitAsync(longest, ct);

    public void Dispose() => _raised.Dispose();
}
