using System.Globalization;
using System.Text.Json;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Personas;

namespace ChatApp.Domain.Sessions;

/// <summary>One conversation of one user.</summary>
public sealed class ChatSession
{
    public const int TitleMaxLength = 200;
    public const int ThreadIdMaxLength = 300;

    /// <summary>Of a thread key that a client chooses.</summary>
    public const int NamedThreadIdMaxLength = 128;

    public const int MetadataMaxLength = 16_384;

    /// <summary>The unique index of a user's thread keys outside the trash.</summary>
    public const string ThreadIdIndex = "ix_chat_sessions_user_id_thread_id";

    /// <summary>The title until there is a better one.</summary>
    public const string DefaultTitle = "New Chat";

    public required Guid Id { get; init; }

    public required Guid UserId { get; init; }

    /// <summary>A text key, unique among the user's sessions that are not in the trash.</summary>
    public required string ThreadId { get; set; }

    public string Title { get; set; } = DefaultTitle;

    /// <summary>True until a person has named the session: only until then may the app name it.</summary>
    public bool TitleIsAutomatic { get; set; }

    public string Persona { get; set; } = PersonaCatalog.DefaultKey;

    /// <summary>The model chosen last; null: the default one.</summary>
    public string? Model { get; set; }

    /// <summary>A JSON object that belongs to the client.</summary>
    public JsonElement Metadata { get; set; } = JsonSerializer.SerializeToElement(new { });

    /// <summary>User, assistant and system messages that are not deleted.</summary>
    public int MessageCount { get; set; }

    /// <summary>The <see cref="ChatMessage.Seq"/> of the next message. It only grows, so the numbers stay gapless and unique.</summary>
    public long NextSeq { get; set; } = 1;

    public DateTimeOffset? LastMessageAt { get; set; }

    /// <summary><see cref="LastMessageAt"/> or else <see cref="CreatedAt"/>: the sort key of lists.</summary>
    public required DateTimeOffset LastActivityAt { get; set; }

    public bool Pinned { get; set; }

    /// <summary>Left out of lists until it is unarchived; searched, exported and counted like any other.</summary>
    public bool Archived { get; set; }

    /// <summary>A temporary session expires after a period without use.</summary>
    public bool Temporary { get; init; }

    /// <summary>Excluded from lists: it holds one exchange, only until the reply has ended.</summary>
    public bool Unlisted { get; init; }

    /// <summary>When a temporary session expires unless it is used before; null for others, and while a reply is being generated in it.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    /// <summary>When it was moved to the trash.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>Changes with every update of the row; compared by <c>If-Match</c>.</summary>
    public uint Version { get; set; }

    /// <summary>The thread key of a user's default session.</summary>
    public static string DefaultThreadId(Guid userId) => $"user-{userId}";

    /// <summary>The thread key of a session without a name of its own.</summary>
    public static string OwnThreadId(Guid id) => $"thread-{id}";

    /// <summary>A thread key made of a prefix and the time, with a number if that is taken.</summary>
    public static string TimedThreadId(string prefix, DateTimeOffset now, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{prefix}_{now.ToUnixTimeSeconds()}") + (attempt > 1 ? string.Create(CultureInfo.InvariantCulture, $"-{attempt}") : "");

    /// <summary>Creates a complete message at the end of the session and counts it. The caller holds the row's lock.</summary>
    /// <param name="role">Who wrote it.</param>
    /// <param name="content">Its text.</param>
    /// <param name="at">When it was written.</param>
    /// <param name="id">Its id; null: a new one of this time.</param>
    public ChatMessage Append(MessageRole role, string content, DateTimeOffset at, Guid? id = null)
    {
        MessageCount++;
        Touch(at);
        return new()
        {
            Id = id ?? Guid.CreateVersion7(at),
            UserId = UserId,
            SessionId = Id,
            Seq = NextSeq++,
            Role = role,
            Content = content,
            CreatedAt = at,
            UpdatedAt = at,
        };
    }

    /// <summary>Records activity. The stored times never go back, even if a clock does.</summary>
    public void Touch(DateTimeOffset now)
    {
        LastMessageAt = LastActivityAt = now > LastActivityAt ? now : LastActivityAt;
        UpdatedAt = now > UpdatedAt ? now : UpdatedAt;
    }

    /// <summary>Postpones a temporary session's expiry because it is used. While a reply is being generated there is none to postpone.</summary>
    /// <param name="now">The time.</param>
    /// <param name="idleTimeout"><see cref="SessionSettings.TemporaryIdleTimeout"/>.</param>
    public void KeepAlive(DateTimeOffset now, TimeSpan idleTimeout) => ExpiresAt = ExpiresAt is null ? null : now + idleTimeout;
}
