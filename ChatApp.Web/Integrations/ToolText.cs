using System.Text.RegularExpressions;
using ChatApp.Domain.Text;

namespace ChatApp.Web.Integrations;

/// <summary>Cleans and shortens text from outside for results, pages and the database.</summary>
internal static partial class ToolText
{
    /// <summary>Cuts the text to a number of UTF-16 code units and says so.</summary>
    public static string Cut(string text, int length)
    {
        var clean = StorableText.Clean(text);
        return clean.Length <= length ? clean : $"{Start(clean, length)}\n[Truncated: this is the beginning of a text of {clean.Length} characters.]";
    }

    /// <summary>One line without control characters, with at most a number of UTF-16 code units.</summary>
    public static string Line(string? text, int length)
    {
        var line = Blanks().Replace(StorableText.Clean(text ?? ""), " ").Trim();
        return line.Length <= length ? line : Start(line, length - 1) + "…";
    }

    // Never splits a surrogate pair.
    private static string Start(string text, int length) => text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];

    [GeneratedRegex(@"[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+")]
    private static partial Regex Blanks();
}
