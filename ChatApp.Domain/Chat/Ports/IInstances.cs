using ChatApp.Domain.Chat.Replies;

namespace ChatApp.Domain.Chat.Ports;

/// <summary>The instances of the app that share the database: this one's id, what the others publish, and which of them are dead.</summary>
public interface IInstances
{
    /// <summary>This instance. It counts as alive for as long as it holds its advisory lock, which the database releases when the process dies.</summary>
    long Id { get; }

    /// <summary>Raised when another instance has published: its replies may have grown or ended, and these sessions have changed.</summary>
    event Action<IReadOnlyCollection<SessionChange>>? Received;

    /// <summary>Raised when a user wants a reply stopped that this instance may be writing.</summary>
    event Action<Guid>? StopRequested;

    /// <summary>Raised after a lost connection: messages of other instances may have been missed.</summary>
    event Action? Reconnected;

    /// <summary>Notifies the other instances that replies have grown here and that these sessions have changed.</summary>
    Task PublishAsync(IReadOnlyCollection<SessionChange> changes, CancellationToken ct);

    /// <summary>Requests the instance that writes the reply to stop it.</summary>
    Task PublishStopAsync(Guid replyId, CancellationToken ct);

    /// <summary>Those of these instances that are dead.</summary>
    Task<IReadOnlySet<long>> FindDeadAsync(IReadOnlyCollection<long> instances, CancellationToken ct);
}
