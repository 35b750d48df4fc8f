namespace ChatApp.Domain.Chat;

/// <summary>Configuration section <c>Chat</c>.</summary>
public sealed class ChatSettings
{
    /// <summary>The model that answers when nobody names one; null: the provider's first.</summary>
    public string? Model { get; set; }

    /// <summary>The model that names new sessions; null: the one that answers in them; the built-in assistant: none, they keep a line of their first message.</summary>
    public string? TitleModel { get; set; }

    /// <summary>The longest message that users may send, in UTF-16 units.</summary>
    public int MaxMessageLength { get; set; } = 32_000;

    /// <summary>After this time an answer that is not finished is closed as failed, with what there is of it.</summary>
    public TimeSpan ReplyTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a model may call tools, several at a time, before it must answer.</summary>
    public int MaxToolRounds { get; set; } = 8;

    /// <summary>A tool that has not answered after this time has failed.</summary>
    public TimeSpan ToolTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a tool that asks first waits for the user's decision.</summary>
    public TimeSpan ToolApprovalTimeout { get; set; } = TimeSpan.FromMinutes(2);
}
