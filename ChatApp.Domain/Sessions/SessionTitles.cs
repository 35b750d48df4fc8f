using System.Globalization;
using System.Text.RegularExpressions;

namespace ChatApp.Domain.Sessions;

/// <summary>Names sessions.</summary>
public static partial class SessionTitles
{
    private const int Length = 60;

    /// <summary>A title from a session's first message: the first line with words, without Markdown, cut at a word.</summary>
    public static string From(string firstMessage) => FirstLine(firstMessage) ?? ChatSession.DefaultTitle;

    /// <summary>Extracts the title from a model's reply, without its reasoning and decoration; null if there is none.</summary>
    public static string? FromModel(string reply) =>
        FirstLine(Decoration().Replace(Thoughts().Replace(reply, "").Trim(), ""))?.TrimEnd('.', '。', '"', '”', '»', '“', '」', '\'');

    private static string? FirstLine(string text)
    {
        var line = text.EnumerateLines().Select(Plain).FirstOrDefault(l => l.Any(char.IsLetterOrDigit));
        if (line is null)
        {
            return null;
        }
        if (new StringInfo(line).LengthInTextElements <= Length)
        {
            return line.Length <= ChatSession.TitleMaxLength ? line : null;
        }
        var cut = new StringInfo(line).SubstringByTextElements(0, Length);
        var space = cut.LastIndexOf(' ');
        cut = (space > Length / 2 ? cut[..space] : cut).TrimEnd(' ', ',', ';', ':', '.');
        return cut.Length < ChatSession.TitleMaxLength ? cut + "…" : null;
    }

    private static IEnumerable<string> EnumerateLines(this string text)
    {
        using var reader = new StringReader(text);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private static string Plain(string line) =>
        Spaces().Replace(Marks().Replace(line, ""), " ").Trim();

    // Headings, quotes, list marks and fences at the start; emphasis and code marks anywhere.
    [GeneratedRegex(@"^(?:\s*(?:#{1,6}\s|>|[-*+]\s|\d+[.)]\s|```\S*))+|[*`_]{1,3}(?=\S)|(?<=\S)[*`_]{1,3}")]
    private static partial Regex Marks();

    [GeneratedRegex("<think(?:ing)?>.*?(?:</think(?:ing)?>|$)", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Thoughts();

    [GeneratedRegex(@"^[\s#*_]*(?:title\s*[:：][\s*_]*)?[""“„«「'\s]*", RegexOptions.IgnoreCase)]
    private static partial Regex Decoration();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
