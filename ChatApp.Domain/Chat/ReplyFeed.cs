using System.Collections.Concurrent;

namespace ChatApp.Domain.Chat;

/// <summary>The answers that this instance is writing at the moment. Finished ones are read from the database.</summary>
public sealed class ReplyFeed(TimeProvider clock)
{
    private readonly ConcurrentDictionary<Guid, LiveReply> _live = new();

    /// <summary>Makes a place where the answer can grow; before its message is committed, so that no listener comes too early.</summary>
    public LiveReply Open(Guid replyId) => _live.GetOrAdd(replyId, _ => new LiveReply(clock));

    /// <summary>The growing answer, if it grows here.</summary>
    public LiveReply? Find(Guid replyId) => _live.GetValueOrDefault(replyId);

    /// <summary>Forgets the answer; those who listen to it hear its end all the same.</summary>
    public void Close(Guid replyId) => _live.TryRemove(replyId, out _);
}
