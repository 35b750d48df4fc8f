namespace ChatApp.Domain.Chat.Ports;

/// <summary>Hands accepted messages to whoever generates the answers, outside of the request.</summary>
public interface IReplyQueue
{
    void Enqueue(ReplyJob job);
}

/// <summary>An answer to be generated.</summary>
/// <param name="ReplyId">The empty assistant message that waits for it.</param>
/// <param name="SessionId">Its session.</param>
/// <param name="UserId">Who asked.</param>
/// <param name="Live">Where the answer grows, for its listeners.</param>
public sealed record ReplyJob(Guid ReplyId, Guid SessionId, Guid UserId, LiveReply Live);
