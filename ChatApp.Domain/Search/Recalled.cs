using ChatApp.Domain.Chat;

namespace ChatApp.Domain.Search;

/// <summary>A message that was found, or the part of it around the first match.</summary>
/// <param name="Id">The message.</param>
/// <param name="SessionId">Its session.</param>
/// <param name="SessionTitle">Its session's title.</param>
/// <param name="Role">Who wrote it.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="Text">At most <see cref="RecallService.TextMaxLength"/> UTF-16 units of it.</param>
/// <param name="ToExcepted">Whether the next message is an answer of <see cref="RecallScope.ExceptModel"/>: it may have been meant for it only.</param>
public sealed record RecalledMessage(
    Guid Id, Guid SessionId, string SessionTitle, MessageRole Role, DateTimeOffset CreatedAt, string Text, bool ToExcepted = false);

/// <summary>A message that contains what was looked for, for counting.</summary>
/// <param name="SessionId">Its session.</param>
/// <param name="Role">Who wrote it.</param>
/// <param name="Beginning">At most <see cref="RecallService.BeginningLength"/> UTF-16 units of it.</param>
/// <param name="ToExcepted">As in <see cref="RecalledMessage"/>.</param>
public sealed record RecalledMatch(Guid SessionId, MessageRole Role, string Beginning, bool ToExcepted);

/// <summary>What a search found.</summary>
/// <param name="Messages">The best candidates, those with the most terms first, then the newest.</param>
/// <param name="IsAll">Whether nothing else contains any of the terms.</param>
public sealed record Recall(IReadOnlyList<RecalledMessage> Messages, bool IsAll);

/// <summary>A session that was found.</summary>
/// <param name="Id">The session.</param>
/// <param name="Title">Its title.</param>
/// <param name="MessageCount">Its messages.</param>
/// <param name="LastActivityAt">When something last happened in it.</param>
/// <param name="IsNamed">Whether somebody gave it its title; else it is its first message.</param>
public sealed record RecalledSession(Guid Id, string Title, int MessageCount, DateTimeOffset LastActivityAt, bool IsNamed);

/// <summary>Some of a user's sessions, and how many there are.</summary>
public sealed record RecalledSessions(IReadOnlyList<RecalledSession> Sessions, int Total);

/// <summary>How much there is.</summary>
/// <param name="Sessions">Live sessions with at least one of the messages.</param>
/// <param name="FromUser">Messages that the user wrote.</param>
/// <param name="FromAssistant">Answers.</param>
/// <param name="Tokens">Tokens that the answers used, as far as they are still there.</param>
public sealed record RecallTotals(int Sessions, int FromUser, int FromAssistant, long Tokens)
{
    public int Messages => FromUser + FromAssistant;
}
