using ChatApp.Domain.Chat;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Paging;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Time;

namespace ChatApp.Domain.Search;

/// <summary>Finds the caller's live messages, in live sessions.</summary>
public sealed class SearchService(IMessageSearch messages, SessionService sessions, TimeProvider clock)
{
    /// <summary>The maximum number of one session's matches per page.</summary>
    public const int SessionPageLength = 1_000;

    /// <summary>
    /// Searches all sessions. The best matches come first; if there are very many, the best of the newest thousand, then of the thousand before those.
    /// If no words match, the same text is searched for within words.
    /// </summary>
    /// <exception cref="InvalidException">The query is empty.</exception>
    /// <exception cref="UnavailableException">It took too long.</exception>
    public async Task<Page<SearchHit, SearchCursor>> SearchAsync(Guid userId, string text, int limit, SearchCursor? after, CancellationToken ct)
    {
        var query = SearchQuery.Parse(text);
        var isAnywhere = after is { IsAnywhere: true };
        var rows = await RunAsync(userId, isAnywhere ? query.Anywhere : query, limit, after, ct);
        if (rows.Count == 0 && after is null && !query.IsAnywhere)
        {
            (isAnywhere, query) = (true, query.Anywhere);
            rows = await RunAsync(userId, query, limit, after, ct);
        }
        return new([.. rows.Take(limit).Select(r => ToHit(r, query))], Next(rows, limit, isAnywhere, after));
    }

    /// <summary>The messages of one session that contain the text, case-insensitively, oldest first.</summary>
    /// <param name="userId">The caller.</param>
    /// <param name="key">The session.</param>
    /// <param name="text">Taken literally.</param>
    /// <param name="after">The <see cref="ChatMessage.Seq"/> to continue after.</param>
    /// <param name="ct">Cancels the search.</param>
    /// <exception cref="NotFoundException">The caller has no such live session.</exception>
    /// <exception cref="UnavailableException">It took too long.</exception>
    public async Task<Page<ChatMessage, long>> InSessionAsync(Guid userId, SessionKey key, string text, long after, CancellationToken ct)
    {
        var session = await sessions.FindAsync(userId, key, ct);
        return await TranslateTimeoutAsync(() => messages.FindInSessionAsync(userId, session.Id, text, after, SessionPageLength, ct));
    }

    private Task<IReadOnlyList<MessageMatch>> RunAsync(Guid userId, SearchQuery query, int limit, SearchCursor? after, CancellationToken ct) =>
        TranslateTimeoutAsync(() => messages.RankAsync(userId, query, limit, after, clock.Now(), ct));

    private static async Task<T> TranslateTimeoutAsync<T>(Func<Task<T>> search)
    {
        try
        {
            return await search();
        }
        catch (Exception e) when (e is not OperationCanceledException && e.IsTimeout)
        {
            throw new UnavailableException("The search took too long. Longer or rarer words are found faster.", e);
        }
    }

    private static SearchCursor? Next(IReadOnlyList<MessageMatch> rows, int limit, bool isAnywhere, SearchCursor? after) => rows switch
    {
        { Count: var count } when count > limit => rows[limit - 1] is var last
            ? new SearchCursor(isAnywhere, after?.Window, last.Rank, new(last.CreatedAt, last.MessageId)) : null,
        [{ WindowCount: IMessageSearch.WindowLength } row, ..] => new SearchCursor(isAnywhere, row.WindowEnd, null, null),
        _ => null,
    };

    private static SearchHit ToHit(MessageMatch row, SearchQuery query) => new(
        row.SessionId, row.SessionTitle, row.MessageId, row.Role, Snippets.Of(row.Text, row.IsCut, query), row.Rank, row.CreatedAt);
}
