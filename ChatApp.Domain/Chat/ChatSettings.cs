namespace ChatApp.Domain.Chat;

/// <summary>Configuration section <c>Chat</c>.</summary>
public sealed class ChatSettings
{
    /// <summary>The model that is used when none is named; null: the provider's first.</summary>
    public string? Model { get; set; }

    /// <summary>The model that generates titles; null: the one that replies. With the built-in assistant, titles are the first messages' beginnings.</summary>
    public string? TitleModel { get; set; }

    /// <summary>The longest message that users may send, in UTF-16 units.</summary>
    public int MaxMessageLength { get; set; } = 32_000;

    /// <summary>How many replies may be generated for a user at the same time, on all instances together.</summary>
    public int MaxGeneratingReplies { get; set; } = 8;

    /// <summary>A reply that takes longer ends as failed, with its text so far.</summary>
    public TimeSpan ReplyTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How many rounds of tool calls a model may make before it must reply.</summary>
    public int MaxToolRounds { get; set; } = 8;

    /// <summary>A tool call that takes longer has failed.</summary>
    public TimeSpan ToolTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a tool call that requires approval waits for the user's decision.</summary>
    public TimeSpan ToolApprovalTimeout { get; set; } = TimeSpan.FromMinutes(2);
}
