using ChatApp.Domain.Chat;
using ChatApp.Web.Integrations.BuiltIn.Recall;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>What a session is about, in its own words.</summary>
/// <param name="First">The user's first message.</param>
/// <param name="Terms">The words that come back in several messages, most often first, as they are written there.</param>
/// <param name="Points">The most telling sentences, in the session's order.</param>
/// <param name="Latest">The beginnings of the user's last messages, oldest first.</param>
internal sealed record Summary(
    RecalledMessage? First, IReadOnlyList<string> Terms, IReadOnlyList<(RecalledMessage Message, string Text)> Points, IReadOnlyList<RecalledMessage> Latest)
{
    private const int MaxTerms = 6;
    private const int MaxPoints = 4;
    private const int MaxLatest = 3;
    private const int ShortestPoint = 20;
    private const int LongestPoint = 240;

    /// <summary>Takes the summary out of the messages: sentences full of the session's own words are taken to be its points (after Luhn, 1958).</summary>
    /// <param name="messages">The session's messages, oldest first.</param>
    public static Summary Of(IReadOnlyList<RecalledMessage> messages)
    {
        var counts = CountWords(messages);
        var asked = messages.Where(m => m.Role == MessageRole.User).ToList();
        var terms = counts.Where(c => c.Value.Messages > 1)
            .OrderByDescending(c => c.Value.Messages * Math.Log(1 + c.Value.Times)).ThenBy(c => c.Key, StringComparer.Ordinal)
            .Select(c => c.Value.Written).Take(MaxTerms).ToList();
        return new(asked.FirstOrDefault(), terms, FindPoints(messages, counts), [.. asked.Skip(1).TakeLast(MaxLatest)]);
    }

    private static List<(RecalledMessage, string)> FindPoints(IReadOnlyList<RecalledMessage> messages, Dictionary<string, WordCount> counts) =>
        [.. messages
            .Select((message, index) => (Index: index, Message: message, Best: BestSentence(message.Text, counts)))
            .Where(p => p.Best.Text is not null)
            .OrderByDescending(p => p.Best.Score)
            .DistinctBy(p => p.Best.Text)
            .Take(MaxPoints)
            .OrderBy(p => p.Index)
            .Select(p => (p.Message, p.Best.Text!))];

    private static (string? Text, double Score) BestSentence(string text, Dictionary<string, WordCount> counts) =>
        TextPieces.Of(text)
            .Where(p => !p.IsCode && p.Text.Length is >= ShortestPoint and <= LongestPoint && IsStatement(p.Text))
            .Select(p => ((string?)p.Text, Score: Score(p.Text, counts)))
            .OrderByDescending(p => p.Score)
            .FirstOrDefault(p => p.Score > 0);

    // Neither a question nor a fragment of a list or table.
    private static bool IsStatement(string text) =>
        text[^1] is '.' or '!' or '。' or '！' or '।' or '…' or ')' or '”' or '"' or '」' && !char.IsLower(text[0])
        && !text.Contains(MarkdownText.CellMark, StringComparison.Ordinal);

    // Divided by the root of the length: neither the longest nor the shortest sentence wins by its length alone.
    private static double Score(string sentence, Dictionary<string, WordCount> counts)
    {
        var words = Words(sentence).Select(w => w.Key).Distinct().ToList();
        var sum = words.Sum(w => counts.TryGetValue(w, out var count) && count.Messages > 1 ? Math.Log(1 + count.Times) : 0);
        return sum / Math.Sqrt(words.Count + 3);
    }

    private static Dictionary<string, WordCount> CountWords(IReadOnlyList<RecalledMessage> messages)
    {
        var counts = new Dictionary<string, WordCount>(StringComparer.Ordinal);
        foreach (var message in messages)
        {
            var prose = string.Join('\n', TextPieces.Of(message.Text).Where(p => !p.IsCode).Select(p => p.Text));
            foreach (var word in Words(prose).GroupBy(w => w.Key))
            {
                var before = counts.GetValueOrDefault(word.Key) ?? new(0, 0, word.First().Written);
                counts[word.Key] = before with { Times = before.Times + word.Count(), Messages = before.Messages + 1 };
            }
        }
        return counts;
    }

    private static IEnumerable<(string Key, string Written)> Words(string text) =>
        KeyWords.Tokens(text)
            .Where(w => KeyWords.IsUnspaced(w) ? KeyWords.IsTelling(w) : IsWord(w) && !StopWords.Contains(w) && !StopWords.IsAsking(w))
            .Select(w => (KeyWords.Stem(w.ToLowerInvariant()), w));

    // The stop words of other languages are not known, but most are short.
    private static bool IsWord(string word) => word.Length > (char.IsAscii(word[0]) ? 2 : 3) && !char.IsDigit(word[0]);

    private sealed record WordCount(int Times, int Messages, string Written);
}
