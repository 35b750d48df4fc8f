namespace ChatApp.Domain.Chat.Ports;

/// <summary>Hands accepted messages to whoever generates the answers, outside of the request.</summary>
public interface IReplyQueue
{
    void Enqueue(ReplyJob job);
}

/// <summary>How a program wants its answer. It gets the model as it is: no tools are offered.</summary>
/// <param name="Temperature">0 to 2; null: the persona's.</param>
/// <param name="MaxTokens">The longest answer, in tokens; null: the persona's.</param>
public sealed record ReplyOptions(float? Temperature, int? MaxTokens);

/// <summary>An answer to be generated.</summary>
/// <param name="Reply">The assistant message that waits for it.</param>
/// <param name="Persona">The session's persona.</param>
/// <param name="Live">Where the answer grows, for its listeners.</param>
public sealed record ReplyJob(ChatMessage Reply, string Persona, LiveReply Live)
{
    /// <summary>What the sender wants otherwise than the persona; null for nothing.</summary>
    public ReplyOptions? Options { get; init; }

    /// <summary>Whether the answer has a beginning already that the model is to go on from.</summary>
    public bool IsContinued => Reply.Content.Length > 0;
}
