namespace ChatApp.Domain.Chat.Ports;

/// <summary>Hands accepted messages to whoever generates the answers, outside of the request.</summary>
public interface IReplyQueue
{
    void Enqueue(ReplyJob job);
}

/// <summary>An answer to be generated.</summary>
/// <param name="Reply">The assistant message that waits for it.</param>
/// <param name="Persona">The session's persona.</param>
/// <param name="Live">Where the answer grows, for its listeners.</param>
public sealed record ReplyJob(ChatMessage Reply, string Persona, LiveReply Live)
{
    /// <summary>Whether the answer has a beginning already that the model is to go on from.</summary>
    public bool IsContinued => Reply.Content.Length > 0;
}
