using System.Globalization;
using System.Text.RegularExpressions;

namespace ChatApp.Domain.Sessions;

/// <summary>Names a session after its first message: the first line with words, without Markdown, cut at a word.</summary>
public static partial class SessionTitles
{
    private const int Length = 60;

    public static string From(string firstMessage)
    {
        var line = firstMessage.EnumerateLines().Select(Plain).FirstOrDefault(l => l.Any(char.IsLetterOrDigit));
        if (line is null)
        {
            return ChatSession.DefaultTitle;
        }
        if (new StringInfo(line).LengthInTextElements <= Length)
        {
            return line.Length <= ChatSession.TitleMaxLength ? line : ChatSession.DefaultTitle;
        }
        var cut = new StringInfo(line).SubstringByTextElements(0, Length);
        var space = cut.LastIndexOf(' ');
        cut = (space > Length / 2 ? cut[..space] : cut).TrimEnd(' ', ',', ';', ':', '.');
        return cut.Length < ChatSession.TitleMaxLength ? cut + "…" : ChatSession.DefaultTitle;
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

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
