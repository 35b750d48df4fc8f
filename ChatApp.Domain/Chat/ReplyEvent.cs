using ChatApp.Domain.Chat.Tools;

namespace ChatApp.Domain.Chat;

/// <summary>What a listener hears of a growing answer.</summary>
public abstract record ReplyEvent;

/// <summary>More text.</summary>
/// <param name="Content">The text since the last event.</param>
/// <param name="End">The length of the answer up to and including it, in UTF-16 units: where a listener that lost the connection resumes.</param>
public sealed record ReplyText(string Content, int End) : ReplyEvent;

/// <summary>A tool is running, or waits for the user's permission.</summary>
public sealed record ReplyTool(ToolCall Call) : ReplyEvent;

/// <summary>Nothing happened for a while; keeps connections open.</summary>
public sealed record ReplyPing : ReplyEvent;

/// <summary>The last event: the answer is stored.</summary>
public sealed record ReplyEnd(MessageStatus Status, TokenUsage? Usage, string? Error, string? ErrorCode) : ReplyEvent
{
    /// <summary>Whether it is as long as answers may get.</summary>
    public bool IsTruncated { get; init; }

    public static ReplyEnd Of(ChatMessage reply)
    {
        var details = MessageDetails.From(reply.Metadata);
        return new(reply.Status, TokenUsage.Of(reply), details.Error, details.ErrorCode) { IsTruncated = details.Truncated };
    }
}

/// <summary>Tokens of one answer.</summary>
public sealed record TokenUsage(long PromptTokens, long CompletionTokens, bool Estimated)
{
    public long TotalTokens => PromptTokens + CompletionTokens;

    public static TokenUsage? Of(ChatMessage message) =>
        message is { PromptTokens: { } prompt, CompletionTokens: { } completion } ? new(prompt, completion, message.UsageEstimated) : null;
}
