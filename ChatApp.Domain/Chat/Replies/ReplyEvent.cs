using ChatApp.Domain.Chat.Generation.Tools;
using ChatApp.Domain.Usage;

namespace ChatApp.Domain.Chat.Replies;

/// <summary>What a subscriber of a reply receives.</summary>
public abstract record ReplyEvent;

/// <summary>More text.</summary>
/// <param name="Content">The text since the last event.</param>
/// <param name="End">The length of the reply up to and including it, in UTF-16 units: the position at which a subscriber resumes.</param>
public sealed record ReplyText(string Content, int End) : ReplyEvent;

/// <summary>A tool is running, or waits for the user's approval.</summary>
public sealed record ReplyTool(ToolCall Call) : ReplyEvent;

/// <summary>The last event: the reply's end is stored.</summary>
public sealed record ReplyEnd(MessageStatus Status, TokenUsage? Usage, string? Error, string? ErrorCode) : ReplyEvent
{
    /// <summary>Whether the reply was cut at a length limit.</summary>
    public bool IsTruncated { get; init; }

    /// <summary>The end of a reply that was deleted permanently while it was generated or read.</summary>
    public static ReplyEnd Deleted { get; } = new(MessageStatus.Interrupted, null, null, null);

    public static ReplyEnd Of(ChatMessage reply)
    {
        var details = MessageDetails.From(reply.Metadata);
        return new(reply.Status, TokenUsage.Of(reply), details.Error, details.ErrorCode) { IsTruncated = details.Truncated };
    }
}
