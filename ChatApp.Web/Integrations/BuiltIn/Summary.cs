using ChatApp.Domain.Chat;
using ChatApp.Web.Integrations.BuiltIn.Recall;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>An extractive summary of a session.</summary>
/// <param name="First">The user's first message.</param>
/// <param name="Terms">Words that several messages contain, the most frequent first, as written.</param>
/// <param name="Points">The most significant sentences, in the session's order.</param>
/// <param name="Latest">The user's last messages, oldest first.</param>
internal sealed record Summary(
    RecalledMessage? First, IReadOnlyList<string> Terms, IReadOnlyList<(RecalledMessage Message, string Text)> Points, IReadOnlyList<RecalledMessage> Latest)
{
    private const int MaxTerms = 6;
    private const int MaxPoints = 4;
    private const int MaxLatest = 3;
    private const int PointMinLength = 20;
    private const int PointMaxLength = 240;

    /// <summary>Summarizes the messages: sentences with many of the session's frequent words are its main points (Luhn, 1958).</summary>
    /// <param name="messages">The session's messages, oldest first.</param>
    public static Summary Of(IReadOnlyList<RecalledMessage> messages)
    {
        var counts = CountWords(messages);
        var fromUser = messages.Where(m => m.Role == MessageRole.User).ToList();
        var terms = counts.Where(c => c.Value.Messages > 1)
            .OrderByDescending(c => c.Value.Messages * Math.Log(1 + c.Value.Times)).ThenBy(c => c.Key, StringComparer.Ordinal)
            .Select(c => c.Value.Written).Take(MaxTerms).ToList();
        return new(fromUser.FirstOrDefault(), terms, FindPoints(messages, counts), [.. fromUser.Skip(1).TakeLast(MaxLatest)]);
    }

    private static List<(RecalledMessage, string)> FindPoints(IReadOnlyList<RecalledMessage> messages, Dictionary<string, WordFrequency> counts) =>
        [.. messages
            .Select((message, index) => (Index: index, Message: message, Best: BestSentence(message.Text, counts)))
            .Where(p => p.Best.Text is not null)
            .OrderByDescending(p => p.Best.Score)
            .DistinctBy(p => p.Best.Text)
            .Take(MaxPoints)
            .OrderBy(p => p.Index)
            .Select(p => (p.Message, p.Best.Text!))];

    private static (string? Text, double Score) BestSentence(string text, Dictionary<string, WordFrequency> counts) =>
        TextSegments.Of(text)
            .Where(p => !p.IsCode && p.Text.Length is >= PointMinLength and <= PointMaxLength && IsStatement(p.Text))
            .Select(p => ((string?)p.Text, Score: Score(p.Text, counts)))
            .OrderByDescending(p => p.Score)
            .FirstOrDefault(p => p.Score > 0);

    // Not a question, or a fragment of a list or table.
    private static bool IsStatement(string text) =>
        text[^1] is '.' or '!' or '。' or '！' or '।' or '…' or ')' or '”' or '"' or '」' && !char.IsLower(text[0])
        && !text.Contains(MarkdownText.CellSeparator, StringComparison.Ordinal);

    // Divided by the root of the length, so that neither long nor short sentences are favoured.
    private static double Score(string sentence, Dictionary<string, WordFrequency> counts)
    {
        var words = Words(sentence).Select(w => w.Key).Distinct().ToList();
        var sum = words.Sum(w => counts.TryGetValue(w, out var count) && count.Messages > 1 ? Math.Log(1 + count.Times) : 0);
        return sum / Math.Sqrt(words.Count + 3);
    }

    private static Dictionary<string, WordFrequency> CountWords(IReadOnlyList<RecalledMessage> messages)
    {
        var counts = new Dictionary<string, WordFrequency>(StringComparer.Ordinal);
        foreach (var message in messages)
        {
            var prose = string.Join('\n', TextSegments.Of(message.Text).Where(p => !p.IsCode).Select(p => p.Text));
            foreach (var word in Words(prose).GroupBy(w => w.Key))
            {
                var before = counts.GetValueOrDefault(word.Key) ?? new(0, 0, word.First().Written);
                counts[word.Key] = before with { Times = before.Times + word.Count(), Messages = before.Messages + 1 };
            }
        }
        return counts;
    }

    private static IEnumerable<(string Key, string Written)> Words(string text) =>
        Keywords.Tokens(text)
            .Where(w => Keywords.IsUnspaced(w) ? Keywords.IsSignificant(w) : IsWord(w) && !StopWords.Contains(w) && !StopWords.IsSearchWord(w))
            .Select(w => (Keywords.Stem(w.ToLowerInvariant()), w));

    // Excludes most stop words of other languages, which are short.
    private static bool IsWord(string word) => word.Length > (char.IsAscii(word[0]) ? 2 : 3) && !char.IsDigit(word[0]);

    private sealed record WordFrequency(int Times, int Messages, string Written);
}
