using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Text;

namespace ChatApp.Domain.Search;

/// <summary>
/// A parsed query: words, which match all words with that prefix, "phrases", -exclusions and prefixes* of any length.
/// Text without spaces between words (東京) or with meaningful signs (C++, a-&gt;b) is searched for literally.
/// </summary>
/// <param name="Wanted">Terms that must all match; at least one.</param>
/// <param name="Unwanted">Terms that must not match.</param>
public sealed partial record SearchQuery(IReadOnlyList<SearchTerm> Wanted, IReadOnlyList<SearchTerm> Unwanted)
{
    /// <summary>Of a query, in UTF-16 units.</summary>
    public const int MaxLength = 500;

    private const int MaxTerms = 20;

    // A shorter prefix would match too many words.
    private const int ShortestBeginning = 3;

    // Punctuation without meaning of its own; other signs are code or symbols.
    private const string Punctuation = ".,;:!?'’-_/@&…·–—‐";
    private const string Brackets = "()[]{}<>“”„‘‚«»‹›\"`、。「」『』！？（）";

    /// <summary>Whether the query is already the literal one, see <see cref="Anywhere"/>.</summary>
    public bool IsAnywhere => Wanted.All(t => t.Kind == TermKind.Text);

    /// <summary>The same search with all words as literal texts, which also match within words.</summary>
    public SearchQuery Anywhere => this with { Wanted = [.. Wanted.Select(t => t.Anywhere)] };

    /// <exception cref="InvalidException">It is blank or contains only exclusions.</exception>
    public static SearchQuery Parse(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new InvalidException("query", "Enter what to look for.");
        }
        List<SearchTerm> wanted = [], unwanted = [];
        foreach (Match match in Token().Matches(text))
        {
            var isExcluded = match.Groups["not"].Success;
            if ((match.Groups["phrase"] is { Success: true } phrase ? Phrase(phrase.Value) : Bare(match.Groups["bare"].Value, isExcluded)) is { } term)
            {
                (isExcluded ? unwanted : wanted).Add(term);
            }
        }
        if (wanted.Count == 0 && unwanted.Count > 0)
        {
            throw new InvalidException("query", "Name something to look for, not only what to leave out.");
        }
        return new(wanted.Count > 0 ? [.. wanted.Take(MaxTerms)] : [new(TermKind.Text, text.Trim(), [])], [.. unwanted.Take(MaxTerms)]);
    }

    /// <summary>Whether the character is part of a word.</summary>
    internal static bool IsWord(Rune rune) => Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    private static SearchTerm? Phrase(string text) =>
        string.IsNullOrWhiteSpace(text) ? null
        : IsLiteral(text) || WordsOf(text) is not { Count: > 0 } words ? new(TermKind.Text, text.Trim(), [])
        : new(TermKind.Words, text.Trim(), words);

    // Exclusions are whole words unless they end with a star: "-cat" does not exclude "category".
    private static SearchTerm? Bare(string text, bool isExcluded)
    {
        var isStarred = text.EndsWith('*') && text.TrimEnd('*') is { Length: > 0 } unstarred && IsWord(Last(unstarred));
        var trimmed = text.TrimEnd(isStarred ? ['*'] : []).Trim([.. Punctuation, .. Brackets]);
        if (trimmed.Length == 0 || IsLiteral(trimmed) || WordsOf(trimmed) is not { Count: > 0 } words)
        {
            return text is "-" or "\"" ? null : new(TermKind.Text, trimmed.Length > 0 ? trimmed : text, []);
        }
        var isBeginning = words.Count == 1 && (isStarred || !isExcluded && words[0].Length >= ShortestBeginning);
        return new(isBeginning ? TermKind.Beginning : TermKind.Words, trimmed, words);
    }

    private static bool IsLiteral(string text) => text.EnumerateRunes().Any(r =>
        WritingSystems.Of(r) != WritingSystem.Spaced
        || !IsWord(r) && !Rune.IsWhiteSpace(r) && !(r.IsBmp && Punctuation.Contains((char)r.Value, StringComparison.Ordinal)));

    private static List<string> WordsOf(string text)
    {
        var (words, word) = (new List<string>(), new StringBuilder());
        foreach (var rune in text.EnumerateRunes().Append(new Rune(' ')))
        {
            if (IsWord(rune))
            {
                word.Append(rune.ToString());
            }
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }
        return words;
    }

    private static Rune Last(string text) => Rune.GetRuneAt(text, char.IsLowSurrogate(text[^1]) ? text.Length - 2 : text.Length - 1);

    // A dash before a word excludes it; "--flag" is a word, and the dash of "a - b" is ignored.
    [GeneratedRegex("""(?<not>-(?=[\w"“„]))?(?:["“„](?<phrase>[^"”“]*)(?:["”“]|$)|(?<bare>[^\s"“„]+))""")]
    private static partial Regex Token();
}
