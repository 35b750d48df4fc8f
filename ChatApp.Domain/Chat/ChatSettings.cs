namespace ChatApp.Domain.Chat;

/// <summary>Configuration section <c>Chat</c>.</summary>
public sealed class ChatSettings
{
    /// <summary>The model that answers when nobody names one; null: the provider's first.</summary>
    public string? Model { get; set; }

    /// <summary>The longest message that users may send, in UTF-16 units.</summary>
    public int MaxMessageLength { get; set; } = 32_000;

    /// <summary>After this time an answer that is not finished is closed as failed, with what there is of it.</summary>
    public TimeSpan ReplyTimeout { get; set; } = TimeSpan.FromMinutes(5);
}
