using System.Globalization;
using ChatApp.Domain.Chat;
using ChatApp.Web.Integrations.BuiltIn.Recall;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>The most relevant part of a message, for a quote.</summary>
/// <param name="Message">The message.</param>
/// <param name="Lines">Lines of plain text, or of code.</param>
/// <param name="IsCode">Whether they are code.</param>
/// <param name="Score">The relevance, comparable only within one search.</param>
/// <param name="Terms">The number of terms in the whole message.</param>
internal sealed record Passage(RecalledMessage Message, IReadOnlyList<string> Lines, bool IsCode, double Score, int Terms);

/// <summary>Finds and ranks the most relevant passages for search terms.</summary>
internal static class Passages
{
    private const int Length = 320;
    private const int CodeLines = 8;
    private const int CodeLineLength = 160;

    // Passages below this fraction of the best score are noise: a term inside another word, or the least significant of several terms.
    private const double NoiseLevel = 0.2;

    /// <summary>The best passage of each message, best first.</summary>
    /// <param name="messages">Messages that contain a term.</param>
    /// <param name="question">The terms, and whether the user's own messages are preferred.</param>
    /// <param name="now">The current time: of equal passages the newer one is better.</param>
    public static IReadOnlyList<Passage> Rank(IReadOnlyList<RecalledMessage> messages, Question question, DateTimeOffset now)
    {
        var terms = question.Terms;
        // Inverse document frequency: a term that is in nearly every message is less significant.
        var weights = terms.Select(t => Math.Log(1.3 + (double)messages.Count / Math.Max(1, messages.Count(m => Has(m.Text, t))))).ToList();
        var passages = messages.Select(m => Best(m, question, weights, now)).OfType<Passage>()
            .OrderByDescending(p => p.Score).ThenByDescending(p => p.Message.CreatedAt)
            .DistinctBy(p => string.Concat(p.Lines), StringComparer.OrdinalIgnoreCase).ToList();
        return [.. passages.Where(p => p.Score >= NoiseLevel * passages[0].Score)];
    }

    private static Passage? Best(RecalledMessage message, Question question, List<double> weights, DateTimeOffset now)
    {
        var segments = TextSegments.Of(message.Text);
        var scores = segments.Select(p => Score(p.Text, question.Terms, weights)).ToList();
        var best = scores.Count == 0 ? 0 : scores.IndexOf(scores.Max());
        if (scores.Count == 0 || scores[best] <= 0)
        {
            return null;
        }
        var lines = segments[best].IsCode ? CodeAround(segments, best) : TextAround(segments, scores, best, question.Terms);
        var age = Math.Max(0, (now - message.CreatedAt).TotalDays);
        var score = (scores[best] + 0.25 * Score(message.Text, question.Terms, weights)) * (1 + 0.15 * Math.Exp(-age / 30));
        if (message.Role == MessageRole.User)
        {
            // Statements are more informative than questions.
            var asks = message.Text.Length < 200 && message.Text.TrimEnd().EndsWith('?');
            score *= (question.PrefersOwnMessages ? 1.5 : 1) * (asks ? 0.6 : 1);
        }
        return new(message, lines, segments[best].IsCode, score, question.Terms.Count(t => Has(message.Text, t)));
    }

    // Each term counts once, more at the beginning of a word. Several terms together score more than the same terms apart.
    private static double Score(string text, IReadOnlyList<string> terms, List<double> weights)
    {
        var (sum, found) = (0.0, 0);
        for (var i = 0; i < terms.Count; i++)
        {
            var at = text.IndexOf(terms[i], StringComparison.OrdinalIgnoreCase);
            if (at < 0)
            {
                continue;
            }
            found++;
            var starts = Keywords.IsUnspaced(terms[i]);
            for (; at >= 0 && !starts; at = text.IndexOf(terms[i], at + 1, StringComparison.OrdinalIgnoreCase))
            {
                starts = IsWordStart(text, at);
            }
            sum += weights[i] * (starts ? 1 : 0.15);
        }
        return sum * Math.Sqrt(found);
    }

    // Also inside an identifier: ReadAsync, work_mem.
    private static bool IsWordStart(string text, int at) =>
        at == 0 || !char.IsLetterOrDigit(text[at - 1])
        || (char.IsUpper(text[at]) && char.IsLower(text[at - 1])) || (char.IsDigit(text[at]) && !char.IsDigit(text[at - 1]));

    private static bool Has(string text, string term) => text.Contains(term, StringComparison.OrdinalIgnoreCase);

    private static List<string> CodeAround(IReadOnlyList<TextSegment> segments, int best)
    {
        var block = segments.Index().Where(p => p.Item.Block == segments[best].Block).ToList();
        var first = Math.Max(block[0].Index, Math.Min(best - CodeLines / 3, block[^1].Index - CodeLines + 1));
        return [.. block.SkipWhile(p => p.Index < first).Take(CodeLines).Select(p => MarkdownText.Cut(p.Item.Text, CodeLineLength))];
    }

    // The best sentence and, within the limit, its neighbours, the better ones first.
    private static List<string> TextAround(IReadOnlyList<TextSegment> segments, List<double> scores, int best, IReadOnlyList<string> terms)
    {
        // Characters that are words take twice the space.
        var room = Keywords.Tokens(segments[best].Text).Any(w => Keywords.IsUnspaced(w) && Keywords.IsSignificant(w)) ? Length / 2 : Length;
        if (segments[best].Text.Length > room)
        {
            return [Window(segments[best].Text, terms, room)];
        }
        var (first, last, length) = (best, best, segments[best].Text.Length);
        while (true)
        {
            var before = Fits(first - 1) ? scores[first - 1] : -1;
            var after = Fits(last + 1) ? scores[last + 1] : -1;
            if (before < 0 && after < 0)
            {
                return Lines(segments, first, last);
            }
            length += segments[before > after ? --first : ++last].Text.Length;
        }

        bool Fits(int index) => index >= 0 && index < segments.Count && !segments[index].IsCode && length + segments[index].Text.Length <= room;
    }

    private static List<string> Lines(IReadOnlyList<TextSegment> segments, int first, int last)
    {
        var lines = segments.Skip(first).Take(last - first + 1)
            .GroupBy(p => p.Line).Select(l => l.Aggregate("", (text, p) => TextSegments.Join(text, p.Text))).ToList();
        if (first > 0)
        {
            lines[0] = "… " + lines[0];
        }
        if (last + 1 < segments.Count)
        {
            lines[^1] += " …";
        }
        return lines;
    }

    private static string Window(string text, IReadOnlyList<string> terms, int room)
    {
        var at = terms.Select(t => text.IndexOf(t, StringComparison.OrdinalIgnoreCase)).Where(i => i >= 0).Min();
        var start = Math.Max(0, at - room / 3);
        if (start > 0 && text.IndexOf(' ', start) is var space && space >= 0 && space < at)
        {
            start = space + 1;
        }
        // Never splits a grapheme cluster.
        start = StringInfo.ParseCombiningCharacters(text).Last(b => b <= start);
        return (start > 0 ? "… " : "") + MarkdownText.Cut(text[start..], room);
    }
}
