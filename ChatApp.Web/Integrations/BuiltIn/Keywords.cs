using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ChatApp.Domain.Text;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>
/// Extracts the keywords of a text, as lower-case substrings to search for. In scripts without spaces between words these are pairs of characters, as in
/// most search engines for Chinese and Japanese.
/// </summary>
internal static partial class Keywords
{
    public const int Max = 8;

    private const int TermMaxLength = 60;

    /// <summary>The terms of a question or topic, the most significant first; none if there are only stop words.</summary>
    public static IReadOnlyList<string> Of(string text)
    {
        var words = Tokens(text).Where(w => !StopWords.Contains(w) && (w.Length > 1 || !char.IsAscii(w[0]))).ToList();
        var significant = words.Where(w => !StopWords.IsSearchWord(w) && !IsHiragana(w)).ToList();
        return [.. (significant.Count > 0 ? significant : words)
            .SelectMany(w => IsUnspaced(w) ? NGrams(w) : [Stem(w.ToLowerInvariant())])
            .Where(t => t.Length <= TermMaxLength)
            .Distinct(StringComparer.Ordinal)
            .OrderByDescending(Weight)
            .Take(Max)];
    }

    /// <summary>The words of a text as written, without punctuation. Emoji are words.</summary>
    public static IEnumerable<string> Tokens(string text) =>
        Word().Matches(text).Select(m => m.Value.TrimEnd('.', '\'', '’', '-', '@', '/', ':')).SelectMany(SplitScripts).Where(w => w.Length > 0);

    /// <summary>Whether the word is in a script without spaces between words.</summary>
    public static bool IsUnspaced(string word) => word.Length > 0 && IsUnspaced(Rune.GetRuneAt(word, 0));

    /// <summary>Whether a word in such a script can be a term by itself: at least two characters, and not hiragana, which is mostly grammar.</summary>
    public static bool IsSignificant(string word) =>
        Rune.GetRuneAt(word, 0) is var first && WritingSystems.Of(first) is not (WritingSystem.Hiragana or WritingSystem.Symbol) && word.Length > first.Utf16SequenceLength;

    /// <summary>The stem of an English word, which is a substring of its other forms.</summary>
    public static string Stem(string word)
    {
        if (word.Length < 5 || !word.All(char.IsAsciiLetter))
        {
            return word.EndsWith("'s", StringComparison.Ordinal) || word.EndsWith("’s", StringComparison.Ordinal) ? word[..^2] : word;
        }
        return word switch
        {
            [.. var stem, 'i', 'e', 's'] when stem.Length >= 3 => stem,
            [.. var stem, 'i', 'n', 'g'] when stem.Length >= 4 => Single(stem),
            [.. var stem, 'e', 'd'] when stem.Length >= 4 => Single(stem),
            [.. var stem, 's'] when stem[^1] is not ('s' or 'u' or 'i') => stem,
            [.. var stem, 'y'] when stem.Length >= 5 => stem,
            _ => word,
        };

        static string Single(string stem) => stem[^1] == stem[^2] && stem[^1] is not ('l' or 's' or 'z') ? stem[..^1] : stem;
    }

    // Mostly grammatical particles and endings.
    private static bool IsHiragana(string word) => WritingSystems.Of(Rune.GetRuneAt(word, 0)) == WritingSystem.Hiragana;

    // Long words, numbers and identifiers are more significant than short words.
    private static double Weight(string term) =>
        Math.Min(term.Length, 12) * (IsUnspaced(term) && !IsHiragana(term) ? 4 : 1) + (term.Any(c => char.IsDigit(c) || c is '_' or '.' or '#' or '@') ? 3 : 0);

    private static IEnumerable<string> SplitScripts(string token)
    {
        var start = 0;
        for (var i = 0; i < token.Length; i += Rune.GetRuneAt(token, i).Utf16SequenceLength)
        {
            var rune = Rune.GetRuneAt(token, i);
            if (i > start && !IsMark(rune) && WritingSystems.Of(rune) != WritingSystems.Of(Before(token, i)))
            {
                yield return token[start..i];
                start = i;
            }
        }
        yield return token[start..];

        static bool IsMark(Rune rune) =>
            Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

        static Rune Before(string text, int index) => Rune.GetRuneAt(text, char.IsLowSurrogate(text[index - 1]) ? index - 2 : index - 1);
    }

    // The n-grams of a run of characters: pairs, or four characters of Thai and related scripts. Runs of hiragana and katakana stay whole.
    private static IEnumerable<string> NGrams(string run)
    {
        var lower = run.ToLowerInvariant();
        var runes = lower.EnumerateRunes().ToList();
        var script = WritingSystems.Of(runes[0]);
        var length = script == WritingSystem.SouthEastAsian ? 4 : 2;
        if (script == WritingSystem.Hiragana)
        {
            return runes.Count < 3 ? [] : [lower];
        }
        if (runes.Count <= length + 1 || script == WritingSystem.Katakana)
        {
            return [lower];
        }
        return Enumerable.Range(0, runes.Count - length + 1).Select(i => string.Concat(runes.Skip(i).Take(length)));
    }

    private static bool IsUnspaced(Rune rune) => WritingSystems.Of(rune) != WritingSystem.Spaced;

    // Words may contain the punctuation of identifiers, addresses and versions. Characters outside the Basic Multilingual Plane are surrogate pairs.
    [GeneratedRegex(@"(?:[\p{L}\p{N}\p{M}_]|[\uD800-\uDBFF][\uDC00-\uDFFF])(?:[\p{L}\p{N}\p{M}_.'’@+#:-]|[\uD800-\uDBFF][\uDC00-\uDFFF])*|\p{So}")]
    private static partial Regex Word();
}
