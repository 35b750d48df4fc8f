using System.Text;
using System.Text.RegularExpressions;

namespace ChatApp.Domain.Search;

/// <summary>Selects the best matching part of a message, on one line, and marks the matches.</summary>
internal static partial class Snippets
{
    private const int Length = 240;
    private const int Lead = 60;

    // Enough candidates to choose from.
    private const int MostMatches = 200;

    private readonly record struct Match(int Start, int End, int Term);

    /// <param name="text">The message, or the part of it around the first match.</param>
    /// <param name="isCut">Whether there is more of the message before this text.</param>
    /// <param name="query">The query.</param>
    public static IReadOnlyList<SnippetPart> Of(string text, bool isCut, SearchQuery query)
    {
        var lower = text.ToLowerInvariant(); // of the same length: .NET maps unit to unit
        var matches = query.Wanted.SelectMany((term, i) => Find(lower, term).Select(m => new Match(m.Start, m.End, i)).Take(MostMatches)).OrderBy(m => m.Start).ToList();
        var start = matches.Count == 0 ? 0 : Start(text, Best(matches).Start);
        var end = End(text, Math.Min(start + Length, text.Length));
        var parts = new List<SnippetPart>();
        Add(parts, start > 0 || isCut ? "…" : "", false);
        var at = start;
        foreach (var match in matches.Where(m => m.Start >= start && m.End <= end))
        {
            if (match.Start >= at) // the others are within a marked one
            {
                Add(parts, text[at..match.Start], false);
                Add(parts, text[match.Start..match.End], true);
                at = match.End;
            }
        }
        Add(parts, text[at..end], false);
        Add(parts, end < text.Length ? "…" : "", false);
        return parts;
    }

    // The match with the most different terms in its neighbourhood, the first of those.
    private static Match Best(List<Match> matches) =>
        matches.MaxBy(m => matches.Where(o => o.Start >= m.Start && o.End <= m.Start + Length - Lead).Select(o => o.Term).Distinct().Count());

    private static IEnumerable<(int Start, int End)> Find(string text, SearchTerm term)
    {
        var first = (term.Kind == TermKind.Text ? term.Text : term.Words[0]).ToLowerInvariant();
        for (var at = text.IndexOf(first, StringComparison.Ordinal); at >= 0; at = text.IndexOf(first, at + 1, StringComparison.Ordinal))
        {
            if ((term.Kind == TermKind.Text ? at + first.Length : End(text, at, term)) is { } end)
            {
                yield return (at, end);
            }
        }
    }

    // The end of the words that start here; null if they do not match.
    private static int? End(string text, int at, SearchTerm term)
    {
        if (at > 0 && IsWordBefore(text, at))
        {
            return null;
        }
        for (var i = 0; i < term.Words.Count; i++)
        {
            var word = term.Words[i].ToLowerInvariant();
            while (i > 0 && at < text.Length && !IsWordAt(text, at))
            {
                at++;
            }
            if (string.CompareOrdinal(text, at, word, 0, word.Length) != 0)
            {
                return null;
            }
            at += word.Length;
            if (term.Kind == TermKind.Words && at < text.Length && IsWordAt(text, at))
            {
                return null;
            }
        }
        while (at < text.Length && IsWordAt(text, at)) // the rest of a word with a matching prefix
        {
            at++;
        }
        return at;
    }

    // Keeps surrogate pairs together.
    private static bool IsWordAt(string text, int at) =>
        Rune.TryGetRuneAt(text, char.IsLowSurrogate(text[at]) && at > 0 ? at - 1 : at, out var rune) && SearchQuery.IsWord(rune);

    private static bool IsWordBefore(string text, int at) => IsWordAt(text, at - 1);

    // A little before the match, at the start of a word.
    private static int Start(string text, int match)
    {
        if (match <= Lead)
        {
            return 0;
        }
        var space = text.AsSpan(match - Lead, Lead).IndexOfAny(" \t\r\n");
        var start = space >= 0 ? match - Lead + space + 1 : match - Lead;
        return char.IsLowSurrogate(text[start]) ? start + 1 : start;
    }

    // After the last whole word that fits.
    private static int End(string text, int end)
    {
        if (end == text.Length)
        {
            return end;
        }
        var space = text.AsSpan(end - Lead, Lead).LastIndexOfAny(" \t\r\n");
        end = space >= 0 ? end - Lead + space : end;
        return char.IsLowSurrogate(text[end]) ? end - 1 : end;
    }

    private static void Add(List<SnippetPart> parts, string text, bool isMatch)
    {
        if ((isMatch ? text : Marks().Replace(text, "")) is { Length: > 0 } plain)
        {
            parts.Add(new(OnOneLine(plain), isMatch));
        }
    }

    private static string OnOneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (!char.IsWhiteSpace(c) && !char.IsControl(c))
            {
                line.Append(c);
            }
            else if (line.Length == 0 || line[^1] != ' ')
            {
                line.Append(' ');
            }
        }
        return line.ToString();
    }

    // Markdown without content: emphasis and the rulers of tables.
    [GeneratedRegex(@"(?<!\s)\*\*|\*\*(?!\s)|\|?(?:[ \t]*:?-{3,}:?[ \t]*\|)+")]
    private static partial Regex Marks();
}
