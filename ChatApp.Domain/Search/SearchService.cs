using ChatApp.Domain.Chat;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Paging;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Text;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Domain.Search;

/// <summary>Finds messages of the caller that are not deleted, in sessions that are not either.</summary>
public sealed class SearchService(IChatDb db, SessionService sessions, TimeProvider clock)
{
    /// <summary>The most matches of one session that are given out at once.</summary>
    public const int SessionPageLength = 1_000;

    /// <summary>
    /// Looks into all sessions. The best matches come first; where there are very many, the best of the newest thousand, then of the thousand before those.
    /// If no words fit, the same text within words is looked for.
    /// </summary>
    /// <exception cref="InvalidException">There is nothing to look for.</exception>
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

    /// <summary>The messages of one session that contain the text, whatever the case, oldest first.</summary>
    /// <param name="userId">The caller.</param>
    /// <param name="key">The session.</param>
    /// <param name="text">Taken literally.</param>
    /// <param name="after">The <see cref="ChatMessage.Seq"/> to go on after.</param>
    /// <param name="ct">Ends the search.</param>
    /// <exception cref="NotFoundException">The caller has no such live session.</exception>
    /// <exception cref="UnavailableException">It took too long.</exception>
    public async Task<Page<ChatMessage, long>> InSessionAsync(Guid userId, SessionKey key, string text, long after, CancellationToken ct)
    {
        var session = await sessions.FindAsync(userId, key, ct);
        return await PatientlyAsync(() => db.Messages
            .FromSql($"SELECT * FROM messages WHERE content ILIKE {LikePattern.Containing(text)}").AsNoTracking()
            .InSession(session.Id).Live().Where(m => m.Seq > after).OrderBy(m => m.Seq).ToPageAsync(SessionPageLength, m => m.Seq, ct));
    }

    private Task<List<SearchStatement.Row>> RunAsync(Guid userId, SearchQuery query, int limit, SearchCursor? after, CancellationToken ct) =>
        PatientlyAsync(() => SearchStatement.RunAsync(db, userId, query, limit, after, clock.Now(), ct));

    private static async Task<T> PatientlyAsync<T>(Func<Task<T>> search)
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

    private static SearchCursor? Next(List<SearchStatement.Row> rows, int limit, bool isAnywhere, SearchCursor? after) => rows switch
    {
        { Count: var count } when count > limit => rows[limit - 1] is var last
            ? new SearchCursor(isAnywhere, after?.Window, last.Rank, new(last.CreatedAt, last.MessageId)) : null,
        [{ WindowCount: SearchStatement.WindowLength } row, ..] => new SearchCursor(isAnywhere, new(row.WindowEndAt, row.WindowEndId), null, null),
        _ => null,
    };

    private static SearchHit ToHit(SearchStatement.Row row, SearchQuery query) => new(
        row.SessionId, row.SessionTitle, row.MessageId, Enum.Parse<MessageRole>(row.Role, true), Snippets.Of(row.Text, row.IsCut, query), row.Rank, row.CreatedAt);
}
