using System.Globalization;
using ChatApp.Domain.Chat;
using ChatApp.Web.Integrations.BuiltIn.Recall;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>The best part of a message, ready to be quoted.</summary>
/// <param name="Message">Where it is from.</param>
/// <param name="Lines">Lines of plain text, or of code.</param>
/// <param name="IsCode">Whether they are code.</param>
/// <param name="Score">How well it fits; only good for comparing.</param>
/// <param name="Terms">How many of the terms the whole message contains.</param>
internal sealed record Passage(RecalledMessage Message, IReadOnlyList<string> Lines, bool IsCode, double Score, int Terms);

/// <summary>Finds and ranks the passages that say most about some terms.</summary>
internal static class Passages
{
    private const int Length = 320;
    private const int CodeLines = 8;
    private const int CodeLineLength = 160;

    // What is so much worse than the best is noise: a term inside of another word, the least telling of several terms.
    private const double Noise = 0.2;

    /// <summary>The best passage of each message, the best first.</summary>
    /// <param name="messages">Messages that contain terms.</param>
    /// <param name="question">The terms, and whose words are wanted.</param>
    /// <param name="now">The present: of equal passages the newer one is better.</param>
    public static IReadOnlyList<Passage> Rank(IReadOnlyList<RecalledMessage> messages, Question question, DateTimeOffset now)
    {
        var terms = question.Terms;
        // A term that is in nearly every message tells little (the inverse document frequency of every textbook).
        var weights = terms.Select(t => Math.Log(1.3 + (double)messages.Count / Math.Max(1, messages.Count(m => Has(m.Text, t))))).ToList();
        var passages = messages.Select(m => Best(m, question, weights, now)).OfType<Passage>()
            .OrderByDescending(p => p.Score).ThenByDescending(p => p.Message.CreatedAt)
            .DistinctBy(p => string.Concat(p.Lines), StringComparer.OrdinalIgnoreCase).ToList();
        return [.. passages.Where(p => p.Score >= Noise * passages[0].Score)];
    }

    private static Passage? Best(RecalledMessage message, Question question, List<double> weights, DateTimeOffset now)
    {
        var pieces = TextPieces.Of(message.Text);
        var scores = pieces.Select(p => Score(p.Text, question.Terms, weights)).ToList();
        var best = scores.Count == 0 ? 0 : scores.IndexOf(scores.Max());
        if (scores.Count == 0 || scores[best] <= 0)
        {
            return null;
        }
        var lines = pieces[best].IsCode ? CodeAround(pieces, best) : TextAround(pieces, scores, best, question.Terms);
        var age = Math.Max(0, (now - message.CreatedAt).TotalDays);
        var score = (scores[best] + 0.25 * Score(message.Text, question.Terms, weights)) * (1 + 0.15 * Math.Exp(-age / 30));
        if (message.Role == MessageRole.User)
        {
            // Questions ask for what the user wants to know; statements say it.
            var asks = message.Text.Length < 200 && message.Text.TrimEnd().EndsWith('?');
            score *= (question.Mine ? 1.5 : 1) * (asks ? 0.6 : 1);
        }
        return new(message, lines, pieces[best].IsCode, score, question.Terms.Count(t => Has(message.Text, t)));
    }

    // Each term counts once, more at the beginning of a word, and several together more than the same ones apart.
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
            var starts = KeyWords.IsUnspaced(terms[i]);
            for (; at >= 0 && !starts; at = text.IndexOf(terms[i], at + 1, StringComparison.OrdinalIgnoreCase))
            {
                starts = IsWordStart(text, at);
            }
            sum += weights[i] * (starts ? 1 : 0.15);
        }
        return sum * Math.Sqrt(found);
    }

    // Also inside of a name of code: ReadAsync, work_mem.
    private static bool IsWordStart(string text, int at) =>
        at == 0 || !char.IsLetterOrDigit(text[at - 1])
        || (char.IsUpper(text[at]) && char.IsLower(text[at - 1])) || (char.IsDigit(text[at]) && !char.IsDigit(text[at - 1]));

    private static bool Has(string text, string term) => text.Contains(term, StringComparison.OrdinalIgnoreCase);

    private static List<string> CodeAround(IReadOnlyList<TextPiece> pieces, int best)
    {
        var block = pieces.Index().Where(p => p.Item.Block == pieces[best].Block).ToList();
        var first = Math.Max(block[0].Index, Math.Min(best - CodeLines / 3, block[^1].Index - CodeLines + 1));
        return [.. block.SkipWhile(p => p.Index < first).Take(CodeLines).Select(p => MarkdownText.Cut(p.Item.Text, CodeLineLength))];
    }

    // The best sentence and, as far as there is room, those around it, rather the better ones.
    private static List<string> TextAround(IReadOnlyList<TextPiece> pieces, List<double> scores, int best, IReadOnlyList<string> terms)
    {
        // Signs that are words need twice the room.
        var room = KeyWords.Tokens(pieces[best].Text).Any(w => KeyWords.IsUnspaced(w) && KeyWords.IsTelling(w)) ? Length / 2 : Length;
        if (pieces[best].Text.Length > room)
        {
            return [Window(pieces[best].Text, terms, room)];
        }
        var (first, last, length) = (best, best, pieces[best].Text.Length);
        while (true)
        {
            var before = Fits(first - 1) ? scores[first - 1] : -1;
            var after = Fits(last + 1) ? scores[last + 1] : -1;
            if (before < 0 && after < 0)
            {
                return Lines(pieces, first, last);
            }
            length += pieces[before > after ? --first : ++last].Text.Length;
        }

        bool Fits(int index) => index >= 0 && index < pieces.Count && !pieces[index].IsCode && length + pieces[index].Text.Length <= room;
    }

    private static List<string> Lines(IReadOnlyList<TextPiece> pieces, int first, int last)
    {
        var lines = pieces.Skip(first).Take(last - first + 1)
            .GroupBy(p => p.Line).Select(l => l.Aggregate("", (text, p) => TextPieces.Join(text, p.Text))).ToList();
        if (first > 0)
        {
            lines[0] = "… " + lines[0];
        }
        if (last + 1 < pieces.Count)
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
        // Not in the middle of what people see as one character.
        start = StringInfo.ParseCombiningCharacters(text).Last(b => b <= start);
        return (start > 0 ? "… " : "") + MarkdownText.Cut(text[start..], room);
    }
}
