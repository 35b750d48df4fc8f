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

    /// <summary>The title until there is a better one.</summary>
    public const string DefaultTitle = "New Chat";

    public Guid Id { get; set; }

    public Guid UserId { get; set; }

    /// <summary>A text key, unique among the user's sessions that are not in the trash.</summary>
    public string ThreadId { get; set; } = "";

    public string Title { get; set; } = DefaultTitle;

    /// <summary>True as long as nobody has named the session: then, and only then, the app may.</summary>
    public bool TitleIsAutomatic { get; set; }

    public string Persona { get; set; } = PersonaCatalog.DefaultKey;

    /// <summary>The model that was chosen for it last; null: the default one.</summary>
    public string? Model { get; set; }

    /// <summary>A JSON object that belongs to the client.</summary>
    public JsonElement Metadata { get; set; } = JsonSerializer.SerializeToElement(new { });

    /// <summary>User, assistant and system messages that are not deleted.</summary>
    public int MessageCount { get; set; }

    /// <summary>The <see cref="ChatMessage.Seq"/> of the next message. It never goes back, so the numbers stay gapless and unique.</summary>
    public long NextSeq { get; set; } = 1;

    public DateTimeOffset? LastMessageAt { get; set; }

    /// <summary><see cref="LastMessageAt"/> or else <see cref="CreatedAt"/>: what lists are ordered by.</summary>
    public DateTimeOffset LastActivityAt { get; set; }

    public bool Pinned { get; set; }

    /// <summary>A temporary session ends when nobody has used it for a while.</summary>
    public bool Temporary { get; set; }

    /// <summary>Kept out of lists: it holds an exchange only until its answer has ended.</summary>
    public bool Unlisted { get; set; }

    /// <summary>When a temporary session ends unless it is used before.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Since when it lies in the trash.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>Changes with every change of the row: what <c>If-Match</c> compares.</summary>
    public uint Version { get; set; }

    /// <summary>The thread key of a user's default session.</summary>
    public static string DefaultThreadId(Guid userId) => $"user-{userId}";

    /// <summary>The thread key of a session that nothing else names.</summary>
    public static string OwnThreadId(Guid id) => $"thread-{id}";

    /// <summary>The thread key of a session that is named after a text and the time; with a number, if others have the same.</summary>
    public static string TimedThreadId(string prefix, DateTimeOffset now, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{prefix}_{now.ToUnixTimeSeconds()}") + (attempt > 1 ? string.Create(CultureInfo.InvariantCulture, $"-{attempt}") : "");

    /// <summary>Gives the message its place at the end and counts it. The caller holds the row's lock.</summary>
    public void Append(ChatMessage message)
    {
        message.SessionId = Id;
        message.UserId = UserId;
        message.Seq = NextSeq++;
        MessageCount++;
        Touch(message.CreatedAt);
    }

    /// <summary>Records activity; time never goes back, also when a clock does.</summary>
    public void Touch(DateTimeOffset now)
    {
        LastMessageAt = LastActivityAt = now > LastActivityAt ? now : LastActivityAt;
        UpdatedAt = now > UpdatedAt ? now : UpdatedAt;
    }

    /// <summary>Moves a temporary session's end on: somebody uses it.</summary>
    /// <param name="now">The time.</param>
    /// <param name="idleTimeout"><see cref="SessionSettings.TemporaryIdleTimeout"/>.</param>
    public void KeepAlive(DateTimeOffset now, TimeSpan idleTimeout) => ExpiresAt = Temporary ? now + idleTimeout : null;
}
