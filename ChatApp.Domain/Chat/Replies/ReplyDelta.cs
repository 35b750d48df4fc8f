namespace ChatApp.Domain.Chat.Replies;

/// <summary>A piece of a generating reply's text in the journal, which holds what is left of the reply if its process dies. Deleted when the reply ends.</summary>
public sealed class ReplyDelta
{
    public required Guid UserId { get; init; }

    public required Guid MessageId { get; init; }

    /// <summary>UTF-16 units of the reply before this piece.</summary>
    public required int Position { get; init; }

    public required string Content { get; init; }
}
