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
    /// <summary>All of it is there.</summary>
    Complete,

    /// <summary>An answer that is being written; at most one a session.</summary>
    Generating,

    /// <summary>An answer that was stopped; what was written until then is kept.</summary>
    Interrupted,

    /// <summary>An answer that could not be finished; <see cref="MessageDetails.Error"/> says why.</summary>
    Failed,
}

/// <summary>One message of a session.</summary>
public sealed class ChatMessage
{
    public const int ModelMaxLength = 128;

    /// <summary>The unique index that allows one generating reply a session.</summary>
    public const string GeneratingIndex = "ux_messages_generating";

    /// <summary>Answers are cut here, and say so: 500,000 UTF-16 units.</summary>
    public const int ReplyMaxLength = 500_000;

    public Guid Id { get; set; }

    public Guid SessionId { get; set; }

    public Guid UserId { get; set; }

    /// <summary>The place in the session, from 1: gapless, unique, and the one and only order.</summary>
    public long Seq { get; set; }

    public MessageRole Role { get; set; }

    public string Content { get; set; } = "";

    public MessageStatus Status { get; set; }

    /// <summary>The model that answered, or that was asked to.</summary>
    public string? Model { get; set; }

    public long? PromptTokens { get; set; }

    public long? CompletionTokens { get; set; }

    /// <summary>Whether the tokens are our estimate because the provider reported none.</summary>
    public bool UsageEstimated { get; set; }

    /// <summary>The tools that were called for this answer, in order: a JSON array.</summary>
    public JsonElement ToolCalls { get; set; } = JsonSerializer.SerializeToElement(Array.Empty<object>());

    /// <summary>The instance that writes this answer; null when nobody does.</summary>
    public long? InstanceId { get; set; }

    /// <summary>Since when somebody wants this answer stopped; seen by whichever instance writes it.</summary>
    public DateTimeOffset? StopRequestedAt { get; set; }

    /// <summary>Tokens of the user's quota that are set aside for this answer while it is written.</summary>
    public long ReservedTokens { get; set; }

    /// <summary>A JSON object; see <see cref="MessageDetails"/> for what the app writes there.</summary>
    public JsonElement Metadata { get; set; } = MessageDetails.None;

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? DeletedAt { get; set; }
}
