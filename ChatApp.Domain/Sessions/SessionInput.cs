using System.Text.Json;

namespace ChatApp.Domain.Sessions;

/// <summary>A session to be created.</summary>
public sealed record NewSession
{
    /// <summary>Null: "New Chat", until the app names the session after its first message.</summary>
    public string? Title { get; init; }

    public string? Persona { get; init; }

    public JsonElement? Metadata { get; init; }

    public bool Temporary { get; init; }

    /// <summary>The thread key; null: derived from the id.</summary>
    public string? ThreadId { get; init; }

    /// <summary>A prefix of the thread key, to which the time is appended, and a number if that is taken. Null: see <see cref="ThreadId"/>.</summary>
    public string? ThreadPrefix { get; init; }

    /// <summary>Whether it is excluded from lists: for an exchange that is not to be stored.</summary>
    public bool Unlisted { get; init; }

    /// <summary>The client's key for this request: a repeated request returns the first session.</summary>
    public string? IdempotencyKey { get; init; }
}

/// <summary>Changes to a session; null leaves a value unchanged.</summary>
public sealed record SessionChanges
{
    public string? Title { get; init; }

    public string? Persona { get; init; }

    public JsonElement? Metadata { get; init; }

    public bool? Pinned { get; init; }

    public bool? Archived { get; init; }

    /// <summary>The versions that the caller accepts; with any other one the change is refused. Null: any.</summary>
    public IReadOnlyList<uint>? IfVersions { get; init; }
}

/// <summary>What a list of sessions shows.</summary>
/// <param name="Deleted">The trash instead of the live sessions.</param>
/// <param name="TitleContains">Only titles that contain this text, whatever the case.</param>
/// <param name="Pinned">Only pinned ones, or only others; null: both.</param>
/// <param name="Archived">Only archived ones, or only others; null: both, which is for searches and the trash.</param>
public sealed record SessionFilter(bool Deleted = false, string? TitleContains = null, bool? Pinned = null, bool? Archived = null);

/// <summary>A session in a list.</summary>
/// <param name="Session">The session.</param>
/// <param name="Preview">The beginning of its last message; empty without one.</param>
/// <param name="IsGenerating">Whether a reply is being generated in it.</param>
public sealed record SessionListItem(ChatSession Session, string Preview, bool IsGenerating)
{
    public const int PreviewLength = 120;
}

/// <summary>One user's live sessions, summed up.</summary>
public sealed record SessionTotals(long Messages, long Tokens, DateTimeOffset? FirstMessageAt, DateTimeOffset? LastMessageAt);
