namespace ChatApp.Domain.Chat.Ports;

/// <summary>What the instances of the app share about the answers that they write.</summary>
public interface IReplyJournal
{
    /// <summary>This instance. It is alive as long as its lock is held, which the database drops when the process dies.</summary>
    long InstanceId { get; }

    /// <summary>Raised when another instance's answers may have grown or ended, with the users in whose sessions something else has changed.</summary>
    event Action<IReadOnlyCollection<Guid>>? Changed;

    /// <summary>Raised when calls of other instances may have been missed, because the connection to them was lost.</summary>
    event Action? Missed;

    /// <summary>Raised when somebody wants an answer of this instance stopped.</summary>
    event Action<Guid>? StopRequested;

    /// <summary>Writes the pieces, all in one statement.</summary>
    Task AppendAsync(IReadOnlyCollection<ReplyDelta> pieces, CancellationToken ct);

    /// <summary>Wakes the other instances: answers have grown, and something has changed in these users' sessions.</summary>
    Task WakeAsync(IReadOnlyCollection<Guid> users, CancellationToken ct);

    /// <summary>Asks whoever writes the answer to stop.</summary>
    Task RequestStopAsync(Guid replyId, CancellationToken ct);

    /// <summary>Which of these instances are not alive at this moment.</summary>
    Task<IReadOnlySet<long>> FindDeadAsync(IReadOnlyCollection<long> instances, CancellationToken ct);
}
