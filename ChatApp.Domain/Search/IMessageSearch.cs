using ChatApp.Domain.Chat;
using ChatApp.Domain.Paging;

namespace ChatApp.Domain.Search;

/// <summary>A message that matches a search, with what is needed to show it and to continue after it.</summary>
/// <param name="MessageId">The message.</param>
/// <param name="SessionId">Its session.</param>
/// <param name="SessionTitle">Its session's title.</param>
/// <param name="Role">Who wrote it.</param>
/// <param name="CreatedAt">When it was written.</param>
/// <param name="Rank">How well it matches; comparable only within one search.</param>
/// <param name="Text">The message, or the part of a very long one around the first match.</param>
/// <param name="IsCut">Whether the beginning of the message is missing from <paramref name="Text"/>.</param>
/// <param name="WindowCount">How many messages were ranked against each other.</param>
/// <param name="WindowEnd">The oldest of them.</param>
public sealed record MessageMatch(
    Guid MessageId, Guid SessionId, string SessionTitle, MessageRole Role, DateTimeOffset CreatedAt, double Rank, string Text, bool IsCut,
    int WindowCount, TimeCursor WindowEnd);

/// <summary>The database's text search, in the messages of one user.</summary>
public interface IMessageSearch
{
    /// <summary>The number of messages in a window: the newest matches are ranked against each other, older ones follow in the next window.</summary>
    const int WindowLength = 1_000;

    /// <summary>The best matches in live, listed sessions; up to one more than <paramref name="limit"/>.</summary>
    /// <param name="userId">The caller.</param>
    /// <param name="query">What to look for.</param>
    /// <param name="limit">Matches a page.</param>
    /// <param name="after">Where to continue; null to start with the newest window's best match.</param>
    /// <param name="now">The time at which expired sessions are omitted.</param>
    /// <param name="ct">Cancels the search.</param>
    Task<IReadOnlyList<MessageMatch>> RankAsync(Guid userId, SearchQuery query, int limit, SearchCursor? after, DateTimeOffset now, CancellationToken ct);

    /// <summary>The messages of one session that contain the text, case-insensitively, oldest first.</summary>
    /// <param name="userId">The caller.</param>
    /// <param name="sessionId">One of the caller's sessions.</param>
    /// <param name="text">Taken literally.</param>
    /// <param name="after">The <see cref="ChatMessage.Seq"/> to continue after.</param>
    /// <param name="limit">Messages a page.</param>
    /// <param name="ct">Cancels the search.</param>
    Task<Page<ChatMessage, long>> FindInSessionAsync(Guid userId, Guid sessionId, string text, long after, int limit, CancellationToken ct);
}
