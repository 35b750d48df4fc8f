using System.Collections.Concurrent;

namespace ChatApp.Domain.Chat;

/// <summary>The answers that this instance is writing at the moment. Finished ones are read from the database.</summary>
public sealed class ReplyFeed(TimeProvider clock)
{
    private readonly ConcurrentDictionary<Guid, LiveReply> _live = new();

    /// <summary>All of them, in no order.</summary>
    public IEnumerable<LiveReply> All => _live.Values;

    /// <summary>Makes a place where the answer can grow; before its message is committed, so that no listener comes too early.</summary>
    /// <param name="replyId">The answer.</param>
    /// <param name="userId">Whose it is.</param>
    /// <param name="text">What there is of it already, when it is continued.</param>
    public LiveReply Open(Guid replyId, Guid userId, string text = "") => _live[replyId] = new LiveReply(replyId, userId, text, clock);

    /// <summary>The growing answer, if it grows here.</summary>
    public LiveReply? Find(Guid replyId) => _live.GetValueOrDefault(replyId);

    /// <summary>Forgets the answer; those who listen to it hear its end all the same.</summary>
    public void Close(LiveReply reply) => _live.TryRemove(new(reply.Id, reply));
}
