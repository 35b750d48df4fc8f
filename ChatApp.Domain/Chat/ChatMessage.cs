using System.Text.Json;

namespace ChatApp.Domain.Chat;

public enum MessageRole
{
    User,
    Assistant,
    System,
}

public enum MessageStatus
{
    Complete,

    /// <summary>A reply that is being generated; at most one a session.</summary>
    Generating,

    /// <summary>A reply that was stopped; its text so far is kept.</summary>
    Interrupted,

    /// <summary>A reply that could not be finished; <see cref="MessageDetails.Error"/> says why.</summary>
    Failed,
}

/// <summary>One message of a session. <see cref="Sessions.ChatSession.Append"/> creates it.</summary>
public sealed class ChatMessage
{
    public const int ModelMaxLength = 128;

    /// <summary>Replies are cut at this length, in UTF-16 units, and marked as truncated.</summary>
    public const int ReplyMaxLength = 500_000;

    /// <summary>The unique index that allows one generating reply a session.</summary>
    public const string GeneratingIndex = "ux_messages_generating";

    public required Guid Id { get; init; }

    public required Guid SessionId { get; init; }

    public required Guid UserId { get; init; }

    /// <summary>The position in the session, from 1: gapless, unique, and the only order of messages.</summary>
    public required long Seq { get; init; }

    public required MessageRole Role { get; init; }

    public string Content { get; set; } = "";

    public MessageStatus Status { get; set; }

    /// <summary>The model that generated the reply or was requested for it.</summary>
    public string? Model { get; set; }

    public long? PromptTokens { get; set; }

    public long? CompletionTokens { get; set; }

    /// <summary>Whether the tokens are the app's own estimate because the provider reported none.</summary>
    public bool UsageEstimated { get; set; }

    /// <summary>The tool calls of this reply, in order: a JSON array.</summary>
    public JsonElement ToolCalls { get; set; } = JsonSerializer.SerializeToElement(Array.Empty<object>());

    /// <summary>The instance that generates this reply; null when none does.</summary>
    public long? InstanceId { get; set; }

    /// <summary>When the user asked to stop this reply; read by whichever instance generates it.</summary>
    public DateTimeOffset? StopRequestedAt { get; set; }

    /// <summary>Tokens of the user's quota that are reserved for this reply while it is generated.</summary>
    public long ReservedTokens { get; set; }

    /// <summary>A JSON object; see <see cref="MessageDetails"/> for what the app writes there.</summary>
    public JsonElement Metadata { get; set; } = MessageDetails.None;

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? DeletedAt { get; set; }
}
