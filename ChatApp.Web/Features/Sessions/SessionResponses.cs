using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChatApp.Domain.Sessions;

namespace ChatApp.Web.Features.Sessions;

/// <summary>A session. <c>_id</c> and <c>id</c> are the same: two families of clients expect different names.</summary>
public record SessionResponse
{
    [JsonPropertyName("_id")]
    public required Guid LegacyId { get; init; }

    public required Guid Id { get; init; }

    public required string ThreadId { get; init; }

    public required Guid UserId { get; init; }

    public required string Title { get; init; }

    public required string Persona { get; init; }

    public required JsonElement Metadata { get; init; }

    public required int MessageCount { get; init; }

    public required DateTimeOffset? LastMessageAt { get; init; }

    public required bool Pinned { get; init; }

    /// <summary>Whether lists leave it out.</summary>
    public required bool Archived { get; init; }

    public required bool Temporary { get; init; }

    public required DateTimeOffset? ExpiresAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required DateTimeOffset? DeletedAt { get; init; }
}

/// <summary>A session in a list.</summary>
public sealed record SessionListItemResponse : SessionResponse
{
    [SetsRequiredMembers]
    internal SessionListItemResponse(SessionResponse session, string preview, DateTimeOffset timestamp)
        : base(session) => (Preview, Timestamp) = (preview, timestamp);

    /// <summary>The beginning of the last message.</summary>
    public string Preview { get; }

    /// <summary>The time of the last message, or of the session if it has none.</summary>
    public DateTimeOffset Timestamp { get; }
}

/// <summary>Statistics of the caller's sessions and a page of them.</summary>
public sealed record SessionListResponse(
    Guid UserId, string ThreadId, long TotalMessages, long TotalTokensUsed, DateTimeOffset? SessionStart, DateTimeOffset? LastActivity,
    int Count, IReadOnlyList<SessionListItemResponse> Sessions, string? NextCursor);

/// <summary>A session was moved to the trash, or deleted permanently.</summary>
public sealed record SessionDeletedResponse(bool Success, string Message, Guid SessionId);

internal static class SessionMapping
{
    extension(ChatSession s)
    {
        public SessionResponse ToResponse() => new()
        {
            LegacyId = s.Id,
            Id = s.Id,
            ThreadId = s.ThreadId,
            UserId = s.UserId,
            Title = s.Title,
            Persona = s.Persona,
            Metadata = s.Metadata,
            MessageCount = s.MessageCount,
            LastMessageAt = s.LastMessageAt,
            Pinned = s.Pinned,
            Archived = s.Archived,
            Temporary = s.Temporary,
            ExpiresAt = s.ExpiresAt,
            CreatedAt = s.CreatedAt,
            UpdatedAt = s.UpdatedAt,
            DeletedAt = s.DeletedAt,
        };
    }

    extension(SessionListItem item)
    {
        public SessionListItemResponse ToResponse() => new(item.Session.ToResponse(), item.Preview, item.Session.LastActivityAt);
    }
}
