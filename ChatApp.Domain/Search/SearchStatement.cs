using System.Data.Common;
using System.Globalization;
using ChatApp.Domain.Text;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Domain.Search;

/// <summary>
/// The SQL of a search: the user's newest matching messages, as many as can be ranked at once, then the best of them. Two indexes that lead with the user
/// answer it, one of words and one of trigrams. Beginnings of words are looked up by their trigrams: to the index of words, a beginning is all words of all users that begin so.
/// </summary>
internal sealed class SearchStatement
{
    /// <summary>So many messages are ranked against each other; older ones come after them.</summary>
    public const int WindowLength = 1_000;

    /// <summary>How much of a message is read to find the best part of it, in characters.</summary>
    public const int TextLength = 20_000;

    // What of it is read before the first match, if that is further on.
    private const int LeadLength = 1_000;

    private static int _runs;

    private readonly List<object> _values = [];

    /// <summary>A row of the result, in its order.</summary>
    public sealed record Row(
        Guid MessageId, Guid SessionId, string SessionTitle, string Role, DateTimeOffset CreatedAt, double Rank, string Text, bool IsCut,
        int WindowCount, DateTimeOffset WindowEndAt, Guid WindowEndId);

    public static async Task<List<Row>> RunAsync(
        IChatDb db, Guid userId, SearchQuery query, int limit, SearchCursor? after, DateTimeOffset now, CancellationToken ct)
    {
        var statement = new SearchStatement();
        await db.Database.OpenConnectionAsync(ct);
        try
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // all values are parameters
            // The number keeps the driver from preparing the statement: a plan for any words would take each for a rare one.
            command.CommandText = $"{statement.Compose(userId, query, limit, after, now)} -- {Interlocked.Increment(ref _runs)}";
#pragma warning restore CA2100
            foreach (var value in statement._values)
            {
                var parameter = command.CreateParameter();
                parameter.Value = value;
                command.Parameters.Add(parameter);
            }
            return await ReadAsync(command, ct);
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    private static async Task<List<Row>> ReadAsync(DbCommand command, CancellationToken ct)
    {
        var rows = new List<Row>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            rows.Add(new(
                reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4), reader.GetDouble(5),
                reader.GetString(6), reader.GetBoolean(7), reader.GetInt32(8), reader.GetFieldValue<DateTimeOffset>(9), reader.GetGuid(10)));
        }
        return rows;
    }

    private string Compose(Guid userId, SearchQuery query, int limit, SearchCursor? after, DateTimeOffset now)
    {
        var (user, first) = (Value(userId), query.Wanted[0] is { Words: [var word, ..] } ? word : query.Wanted[0].Text);
        return $"""
            WITH hits AS MATERIALIZED (
                SELECT m.id, m.session_id, s.title, m.role, m.created_at, m.content, m.search_words
                FROM messages m JOIN chat_sessions s ON s.id = m.session_id
                WHERE m.user_id = {user} AND m.deleted_at IS NULL AND m.status <> 'generating' AND m.content <> ''
                    AND s.user_id = {user} AND s.deleted_at IS NULL AND NOT s.unlisted AND (s.expires_at IS NULL OR s.expires_at > {Value(now)}
                        OR EXISTS (SELECT FROM messages g WHERE g.session_id = s.id AND g.status = 'generating'))
                    AND {string.Join(" AND ", Conditions(query))}
                    {(after?.Window is { } window ? $"AND (m.created_at, m.id) < ({Value(window.Time)}, {Value(window.Id)})" : "")}
                ORDER BY m.created_at DESC, m.id DESC LIMIT {WindowLength}),
            ranked AS (SELECT *, {Rank(query)} AS rank FROM hits),
            page AS (
                SELECT *, strpos(lower(content), lower({Value(first)})) AS first_at FROM ranked
                {(after is { Rank: { } rank, Last: { } last } ? $"WHERE (rank, created_at, id) < ({Value(rank)}, {Value(last.Time)}, {Value(last.Id)})" : "")}
                ORDER BY rank DESC, created_at DESC, id DESC LIMIT {Value(limit + 1)})
            SELECT page.id, session_id, title, role, page.created_at, rank,
                CASE WHEN first_at <= {TextLength - LeadLength} THEN left(content, {TextLength}) ELSE substring(content FROM first_at - {LeadLength} FOR {TextLength}) END,
                first_at > {TextLength - LeadLength}, (SELECT count(*)::int FROM hits), the_end.created_at, the_end.id
            FROM page, (SELECT created_at, id FROM hits ORDER BY created_at, id LIMIT 1) AS the_end
            ORDER BY rank DESC, page.created_at DESC, page.id DESC
            """;
    }

    private IEnumerable<string> Conditions(SearchQuery query)
    {
        if (query.Wanted.Where(t => t.Kind == TermKind.Words).Select(WordQuery).ToList() is { Count: > 0 } words)
        {
            yield return $"m.search_words @@ {Words(words)}";
        }
        foreach (var term in query.Wanted.Where(t => t.Kind != TermKind.Words))
        {
            yield return $"m.content ILIKE {Value(LikePattern.Containing(term.Kind == TermKind.Text ? term.Text : term.Words[0]))}";
        }
        // Called by its name the operator uses no index.
        if (query.Wanted.Where(t => t.Kind == TermKind.Beginning).Select(WordQuery)
            .Concat(query.Unwanted.Where(t => t.Kind != TermKind.Text).Select(t => "!" + WordQuery(t))).ToList() is { Count: > 0 } rest)
        {
            yield return $"ts_match_vq(m.search_words, {Words(rest)})";
        }
        foreach (var term in query.Unwanted.Where(t => t.Kind == TermKind.Text))
        {
            yield return $"m.content NOT ILIKE {Value(LikePattern.Containing(term.Text))}";
        }
    }

    // How often and how close together; whole words count twice, long messages less. A text counts like a word, at most ten times.
    private string Rank(SearchQuery query)
    {
        var words = query.Wanted.Where(t => t.Kind != TermKind.Text).ToList();
        List<string> parts = [.. query.Wanted.Where(t => t.Kind == TermKind.Text).Select(t => Value(t.Text)).Select(text => string.Create(CultureInfo.InvariantCulture, $"""
            0.1 * least(10, (length(content) - length(replace(lower(content), lower({text}), ''))) / length({text})) / (1 + ln(1 + length(content) / 6.0))
            """))];
        if (words.Count > 0)
        {
            parts.Add($"ts_rank_cd(search_words, {Words(words.ConvertAll(WordQuery))}, 1)");
            parts.Add($"ts_rank_cd(search_words, {Words(words.ConvertAll(t => WordQuery(t with { Kind = TermKind.Words })))}, 1)");
        }
        return $"({string.Join(" + ", parts)})::float8";
    }

    private string Words(IEnumerable<string> all) => $"to_tsquery('simple', {Value(string.Join(" & ", all))})";

    // Words are letters, digits and their marks: nothing in them that could end the quotes.
    private static string WordQuery(SearchTerm term) =>
        term.Kind == TermKind.Beginning ? $"'{term.Words[0]}':*" : $"({string.Join(" <-> ", term.Words.Select(w => $"'{w}'"))})";

    private string Value(object value)
    {
        _values.Add(value);
        return string.Create(CultureInfo.InvariantCulture, $"${_values.Count}");
    }
}
