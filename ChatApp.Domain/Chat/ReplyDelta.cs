namespace ChatApp.Domain.Chat;

/// <summary>A piece of an answer that is being written: what is left of it if the process dies. Gone when the answer has ended.</summary>
public sealed class ReplyDelta
{
    public Guid MessageId { get; set; }

    /// <summary>UTF-16 units of the answer before this piece.</summary>
    public int Position { get; set; }

    public string Content { get; set; } = "";

    public Guid UserId { get; set; }
}
