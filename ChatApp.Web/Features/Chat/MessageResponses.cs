using System.Text.Json;
using System.Text.Json.Serialization;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Usage;

namespace ChatApp.Web.Features.Chat;

/// <summary>Tokens of a reply.</summary>
public sealed record UsageResponse(long PromptTokens, long CompletionTokens, long TotalTokens, bool Estimated);

/// <summary>A message. <c>_id</c> and <c>id</c> are the same, as are <c>timestamp</c> and <c>created_at</c>.</summary>
public sealed record MessageResponse
{
    [JsonPropertyName("_id")]
    public required Guid LegacyId { get; init; }

    public required Guid Id { get; init; }

    public required Guid SessionId { get; init; }

    public required Guid UserId { get; init; }

    public required MessageRole Role { get; init; }

    public required string Content { get; init; }

    public required MessageStatus Status { get; init; }

    public required string? Model { get; init; }

    public required UsageResponse? Usage { get; init; }

    public required JsonElement ToolCalls { get; init; }

    public required JsonElement Metadata { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required DateTimeOffset Timestamp { get; init; }

    public required DateTimeOffset? DeletedAt { get; init; }

    /// <summary>The reply that is being generated; only in the response to a sent message.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MessageResponse? Reply { get; init; }
}

/// <summary>The response to <c>POST /chat</c>.</summary>
public sealed record ChatResponse(string Response, string ThreadId, Guid SessionId, Guid MessageId, UsageResponse? Usage);

/// <summary>A page of a session's messages, oldest first; the cursor leads to older ones.</summary>
public sealed record HistoryResponse(string ThreadId, Guid? SessionId, int MessageCount, IReadOnlyList<MessageResponse> Messages, string? NextCursor)
{
    public int Count => Messages.Count;
}

/// <summary>A thread's messages were deleted.</summary>
public sealed record HistoryClearedResponse(bool Success, string Message, string ThreadId);

/// <summary>A message was deleted.</summary>
public sealed record MessageDeletedResponse(bool Success, string Message, Guid MessageId);

internal static class MessageMapping
{
    extension(TokenUsage usage)
    {
        public UsageResponse ToResponse() => new(usage.PromptTokens, usage.CompletionTokens, usage.TotalTokens, usage.Estimated);
    }

    extension(ChatMessage m)
    {
        public MessageResponse ToResponse() => new()
        {
            LegacyId = m.Id,
            Id = m.Id,
            SessionId = m.SessionId,
            UserId = m.UserId,
            Role = m.Role,
            Content = m.Content,
            Status = m.Status,
            Model = m.Model,
            Usage = TokenUsage.Of(m)?.ToResponse(),
            ToolCalls = m.ToolCalls,
            Metadata = m.Metadata,
            CreatedAt = m.CreatedAt,
            UpdatedAt = m.UpdatedAt,
            Timestamp = m.CreatedAt,
            DeletedAt = m.DeletedAt,
        };
    }
}
