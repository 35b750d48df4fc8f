using ChatApp.Domain.Chat;
using ChatApp.Domain.Paging;

namespace ChatApp.Domain.Search;

/// <summary>A message that was found.</summary>
/// <param name="SessionId">Its session.</param>
/// <param name="SessionTitle">Its session's title.</param>
/// <param name="MessageId">The message.</param>
/// <param name="Role">Who wrote it.</param>
/// <param name="Snippet">The part of it that shows best why it was found.</param>
/// <param name="Rank">How well it fits, from 0 on; comparable within one search only.</param>
/// <param name="CreatedAt">When it was written.</param>
public sealed record SearchHit(
    Guid SessionId, string SessionTitle, Guid MessageId, MessageRole Role, IReadOnlyList<SnippetPart> Snippet, double Rank, DateTimeOffset CreatedAt);

/// <summary>Part of a snippet.</summary>
/// <param name="Text">Plain text on one line.</param>
/// <param name="IsMatch">Whether it is what was looked for.</param>
public readonly record struct SnippetPart(string Text, bool IsMatch);

/// <summary>A position in what a search found.</summary>
/// <param name="IsAnywhere">Whether the words were taken for texts that stand anywhere, because there were no such words.</param>
/// <param name="Window">The messages before this one are being ranked; null: the newest.</param>
/// <param name="Rank">The rank of the last message that was given out of them; null: none was.</param>
/// <param name="Last">That message.</param>
public readonly record struct SearchCursor(bool IsAnywhere, TimeCursor? Window, double? Rank, TimeCursor? Last);
