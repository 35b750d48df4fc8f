using ChatApp.Domain.Chat;
using ChatApp.Domain.Paging;

namespace ChatApp.Domain.Search;

/// <summary>A message that was found.</summary>
/// <param name="SessionId">Its session.</param>
/// <param name="SessionTitle">Its session's title.</param>
/// <param name="MessageId">The message.</param>
/// <param name="Role">Who wrote it.</param>
/// <param name="Snippet">The best matching part of it.</param>
/// <param name="Rank">How well it matches, from 0 up; comparable within one search only.</param>
/// <param name="CreatedAt">When it was written.</param>
public sealed record SearchHit(
    Guid SessionId, string SessionTitle, Guid MessageId, MessageRole Role, IReadOnlyList<SnippetPart> Snippet, double Rank, DateTimeOffset CreatedAt);

/// <summary>Part of a snippet.</summary>
/// <param name="Text">Plain text on one line.</param>
/// <param name="IsMatch">Whether it matches.</param>
public readonly record struct SnippetPart(string Text, bool IsMatch);

/// <summary>A position in the results of a search.</summary>
/// <param name="IsAnywhere">Whether the text was searched for within words, because no words matched.</param>
/// <param name="Window">The message before which the window starts; null for the newest window.</param>
/// <param name="Rank">The rank of the last message returned from the window; null if none was.</param>
/// <param name="Last">That message.</param>
public readonly record struct SearchCursor(bool IsAnywhere, TimeCursor? Window, double? Rank, TimeCursor? Last);
