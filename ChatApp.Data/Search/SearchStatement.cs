using System.Globalization;
using ChatApp.Domain.Search;
using ChatApp.Domain.Text;

namespace ChatApp.Data.Search;

/// <summary>
/// The SQL of a search: the user's newest matching messages, as many as can be ranked at once, then the best of them. It uses two indexes that lead with the user,
/// one of words and one of trigrams. Prefixes are looked up by their trigrams: the index of words would read all words of all users with the prefix.
/// </summary>
internal sealed class SearchStatement
{
    // The part of a message that is searched for the best passage, in characters.
    private const int TextLength = 20_000;

    // The length of that part before the first match.
    private const int LeadLength = 1_000;

    private readonly List<object> _values = [];

    /// <summary>The statement and the values of its numbered parameters. Its columns are those of <see cref="MessageMatch"/>, the window's end in two.</summary>
    public static (string Sql, IReadOnlyList<object> Values) Compose(Guid userId, SearchQuery query, int limit, SearchCursor? after, DateTimeOffset now)
    {
        var statement = new SearchStatement();
        return (statement.ComposeSql(userId, query, limit, after, now), statement._values);
    }

    private string ComposeSql(Guid userId, SearchQuery query, int limit, SearchCursor? after, DateTimeOffset now)
    {
        var (user, first) = (Value(userId), query.Wanted[0] is { Words: [var word, ..] } ? word : query.Wanted[0].Text);
        return $"""
            WITH hits AS MATERIALIZED (
                SELECT m.id, m.session_id, s.title, m.role, m.created_at, m.content, m.search_words
                FROM messages m JOIN chat_sessions s ON s.user_id = m.user_id AND s.id = m.session_id
                WHERE m.user_id = {user} AND m.deleted_at IS NULL AND m.status <> 'generating' AND m.content <> ''
                    AND s.user_id = {user} AND s.deleted_at IS NULL AND NOT s.unlisted AND (s.expires_at IS NULL OR s.expires_at > {Value(now)})
                    AND {string.Join(" AND ", Conditions(query))}
                    {(after?.Window is { } window ? $"AND (m.created_at, m.id) < ({Value(window.Time)}, {Value(window.Id)})" : "")}
                ORDER BY m.created_at DESC, m.id DESC LIMIT {IMessageSearch.WindowLength}),
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
        // Called as a function instead of an operator, it uses no index.
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

    // By frequency and proximity; whole words count twice, long messages less. A text counts like a word, at most ten times.
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

    // Words consist of letters, digits and combining marks, so they cannot end the quotes.
    private static string WordQuery(SearchTerm term) =>
        term.Kind == TermKind.Beginning ? $"'{term.Words[0]}':*" : $"({string.Join(" <-> ", term.Words.Select(w => $"'{w}'"))})";

    private string Value(object value)
    {
        _values.Add(value);
        return string.Create(CultureInfo.InvariantCulture, $"${_values.Count}");
    }
}
