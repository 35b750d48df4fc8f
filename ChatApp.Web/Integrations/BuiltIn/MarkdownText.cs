using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ChatApp.Web.Integrations.BuiltIn.Recall;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>Writes Markdown around untrusted text: quoted text is shown as it is and never becomes markup.</summary>
internal static partial class MarkdownText
{
    /// <summary>The separator of a table row's cells when the row is shown as a line.</summary>
    public const string CellSeparator = " · ";

    private static readonly SearchValues<char> LineMarkers = SearchValues.Create("#+-=> ");
    private static readonly SearchValues<char> Numbers = SearchValues.Create("0123456789 ");

    /// <summary>Escapes a line of text, or a part of one, so that Markdown shows it unchanged.</summary>
    /// <param name="text">The text.</param>
    /// <param name="beginsLine">Whether it can be at the beginning of a line.</param>
    public static string Escape(string text, bool beginsLine = true)
    {
        var result = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsControl(c) || c is '\u2028' or '\u2029')
            {
                result.Append(' ');
                continue;
            }
            if (NeedsEscape(text, i, beginsLine))
            {
                result.Append('\\');
            }
            result.Append(c);
        }
        return result.ToString();
    }

    /// <summary>A link to a message, or to a session, with the session's title.</summary>
    public static string Link(string title, Guid sessionId, Guid? messageId = null) =>
        $"[{Escape(Cut(title, 60))}](/chat-ui/{sessionId}{(messageId is { } id ? $"#m-{id}" : "")})";

    public static string Link(RecalledMessage message) => Link(message.SessionTitle, message.SessionId, message.Id);

    /// <summary>A line without its Markdown, for quotes. A table row's cells are separated by <see cref="CellSeparator"/>.</summary>
    public static string Plain(string line)
    {
        var text = LineMarks().Replace(line, "");
        text = Links().Replace(text, "$1");
        text = CodeSpans().Replace(text, "$2");
        text = Emphasis().Replace(Strong().Replace(text, "$2"), "$1");
        if (text.TrimStart().StartsWith('|'))
        {
            text = string.Join(CellSeparator, text.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        }
        return Spaces().Replace(text, " ").Trim();
    }

    /// <summary>Cuts a text to a number of grapheme clusters, between words if possible.</summary>
    public static string Cut(string text, int length)
    {
        if (text.Length <= length)
        {
            return text;
        }
        var info = new StringInfo(text);
        if (info.LengthInTextElements <= length)
        {
            return text;
        }
        var cut = info.SubstringByTextElements(0, length);
        var space = cut.LastIndexOf(' ');
        return (space > cut.Length / 2 ? cut[..space] : cut).TrimEnd(' ', ',', ';', ':', '.') + "…";
    }

    /// <summary>A block quote with the terms in bold. Line breaks are kept, also by renderers that ignore single ones.</summary>
    public static string Quote(IEnumerable<string> lines, IReadOnlyList<string> terms) => string.Join("  \n", lines.Select(l => "> " + Highlight(l, terms)));

    /// <summary>A code block in a block quote. Its fence is longer than any in the code.</summary>
    public static string QuoteCode(IReadOnlyList<string> lines)
    {
        var longest = lines.SelectMany(l => Backticks().Matches(l)).Select(m => m.Length).DefaultIfEmpty(0).Max();
        var fence = new string('`', Math.Max(3, longest + 1));
        return string.Join('\n', lines.Prepend(fence).Append(fence).Select(l => "> " + WithoutControls(l)));

        static string WithoutControls(string line) => string.Concat(line.Select(c => char.IsControl(c) && c != '\t' ? ' ' : c));
    }

    public static string Paragraphs(IEnumerable<string> parts) => string.Join("\n\n", parts);

    public static string Bullets(IEnumerable<string> lines) => string.Join('\n', lines.Select(l => "- " + l));

    public static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>"1 message", "2 messages".</summary>
    public static string Count(long number, string one) => $"{Number(number)} {one}{(number == 1 ? "" : "s")}";

    private static string Highlight(string text, IReadOnlyList<string> terms)
    {
        var bold = Matches(text, terms);
        var result = new StringBuilder();
        var at = 0;
        foreach (var (start, length) in bold)
        {
            result.Append(Escape(text[at..start], at == 0)).Append("**").Append(Escape(text.Substring(start, length), false)).Append("**");
            at = start + length;
        }
        return result.Append(Escape(text[at..], at == 0)).ToString();
    }

    // The positions of terms, without overlaps. They begin and end at a letter or digit, which bold requires.
    private static List<(int Start, int Length)> Matches(string text, IReadOnlyList<string> terms)
    {
        var found = new List<(int Start, int Length)>();
        foreach (var term in terms.Where(t => t.Length > 0 && char.IsLetterOrDigit(t[0]) && char.IsLetterOrDigit(t[^1])))
        {
            var at = text.IndexOf(term, StringComparison.OrdinalIgnoreCase);
            while (at >= 0)
            {
                found.Add((at, term.Length));
                at = text.IndexOf(term, at + term.Length, StringComparison.OrdinalIgnoreCase);
            }
        }
        var merged = new List<(int Start, int Length)>();
        foreach (var (start, length) in found.OrderBy(f => f.Start).ThenByDescending(f => f.Length))
        {
            if (merged is [.., var last] && start <= last.Start + last.Length)
            {
                merged[^1] = (last.Start, Math.Max(last.Length, start + length - last.Start));
            }
            else
            {
                merged.Add((start, length));
            }
        }
        return merged;
    }

    // Escapes only where necessary, to keep the source readable.
    private static bool NeedsEscape(string text, int i, bool beginsLine) => text[i] switch
    {
        '\\' or '`' or '*' or '[' or ']' or '|' or '~' or '$' or '^' or '{' => true,
        '_' => !(i > 0 && i + 1 < text.Length && char.IsLetterOrDigit(text[i - 1]) && char.IsLetterOrDigit(text[i + 1])),
        '<' => i + 1 == text.Length || char.IsLetter(text[i + 1]) || text[i + 1] is '/' or '!' or '?',
        '&' => i + 1 == text.Length || char.IsLetterOrDigit(text[i + 1]) || text[i + 1] == '#',
        '+' or '=' when i + 1 < text.Length && text[i + 1] == text[i] => true, // extensions of some renderers: ++inserted++, ==marked==
        // Only special at the beginning of a line: headings, lists, rules, quotes and numbers.
        '#' or '+' or '-' or '=' or '>' => beginsLine && !text.AsSpan(0, i).ContainsAnyExcept(LineMarkers),
        '.' or ')' when i > 0 && char.IsAsciiDigit(text[i - 1]) => beginsLine && !text.AsSpan(0, i).ContainsAnyExcept(Numbers),
        // Some renderers turn these into links.
        '.' => text.AsSpan(0, i).EndsWith("www", StringComparison.OrdinalIgnoreCase),
        ':' => text.AsSpan(i).StartsWith("://", StringComparison.Ordinal) || text.AsSpan(0, i).EndsWith("mailto", StringComparison.OrdinalIgnoreCase),
        '@' => true,
        _ => false,
    };

    [GeneratedRegex(@"^\s*(?:#{1,6}\s+|>\s?|[-*+]\s+(?:\[[ xX]\]\s+)?|\d{1,3}[.)]\s+)+|^\s*\|?[\s:|-]{5,}$")]
    private static partial Regex LineMarks();

    [GeneratedRegex(@"!?\[([^\[\]]{0,200})\]\([^()\s]{0,500}\)")]
    private static partial Regex Links();

    [GeneratedRegex(@"(`{1,3})(?=[^`])([^`]{1,300})(?<=[^`])\1(?!`)")]
    private static partial Regex CodeSpans();

    [GeneratedRegex(@"(\*\*|~~)(?=\S)(.{1,300}?)(?<=\S)\1")]
    private static partial Regex Strong();

    [GeneratedRegex(@"\*(?=[^\s*])([^*]{1,300}?)(?<=[^\s*])\*")]
    private static partial Regex Emphasis();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex("`+")]
    private static partial Regex Backticks();
}
