using ChatApp.Domain.Chat;

namespace ChatApp.Web.Integrations.BuiltIn.Recall;

/// <summary>A message, or the part of it around the first match.</summary>
/// <param name="Id">The message.</param>
/// <param name="SessionId">Its session.</param>
/// <param name="SessionTitle">Its session's title.</param>
/// <param name="Role">Who wrote it.</param>
/// <param name="CreatedAt">When it was written.</param>
/// <param name="Text">At most <see cref="RecallService.TextMaxLength"/> UTF-16 code units of it.</param>
/// <param name="IsToExcludedModel">Whether the next message is a reply of <see cref="RecallScope.ExcludedModel"/>, so that it may be a command to that model.</param>
internal sealed record RecalledMessage(
    Guid Id, Guid SessionId, string SessionTitle, MessageRole Role, DateTimeOffset CreatedAt, string Text, bool IsToExcludedModel = false);

/// <summary>A message that contains the search terms, for counting.</summary>
/// <param name="SessionId">Its session.</param>
/// <param name="Role">Who wrote it.</param>
/// <param name="Beginning">At most <see cref="RecallService.BeginningLength"/> UTF-16 code units of it.</param>
/// <param name="IsToExcludedModel">As in <see cref="RecalledMessage"/>.</param>
internal sealed record RecalledMatch(Guid SessionId, MessageRole Role, string Beginning, bool IsToExcludedModel);

/// <summary>The result of a search.</summary>
/// <param name="Messages">The best candidates, those with the most terms first, then the newest.</param>
/// <param name="IsAll">Whether nothing else contains any of the terms.</param>
internal sealed record RecallResult(IReadOnlyList<RecalledMessage> Messages, bool IsAll);

/// <summary>A session.</summary>
/// <param name="Id">The session.</param>
/// <param name="Title">Its title.</param>
/// <param name="MessageCount">The number of its messages.</param>
/// <param name="LastActivityAt">When it was last active.</param>
/// <param name="IsNamed">Whether its title was given by the user; otherwise it is made from its first message.</param>
internal sealed record RecalledSession(Guid Id, string Title, int MessageCount, DateTimeOffset LastActivityAt, bool IsNamed);

/// <summary>A page of a user's sessions, and their total number.</summary>
internal sealed record RecalledSessions(IReadOnlyList<RecalledSession> Sessions, int Total);

/// <summary>Totals of a user's messages.</summary>
/// <param name="Sessions">Live sessions with at least one of the messages.</param>
/// <param name="FromUser">Messages that the user wrote.</param>
/// <param name="FromAssistant">Replies.</param>
/// <param name="Tokens">Tokens that the replies used, without deleted ones.</param>
internal sealed record RecallTotals(int Sessions, int FromUser, int FromAssistant, long Tokens)
{
    public int Messages => FromUser + FromAssistant;
}
