using System.Text.RegularExpressions;
using ChatApp.Domain.Text;

namespace ChatApp.Web.Integrations;

/// <summary>Text from outside, made fit for a result, a line on a page, or the database.</summary>
internal static partial class ToolText
{
    /// <summary>At most so many UTF-16 units; says so if there was more.</summary>
    public static string Cut(string text, int length)
    {
        var clean = StorableText.Clean(text);
        return clean.Length <= length ? clean : $"{Start(clean, length)}\n[Cut here: this is the beginning of a text of {clean.Length} characters.]";
    }

    /// <summary>One line without control characters, at most so many UTF-16 units.</summary>
    public static string Line(string? text, int length)
    {
        var line = Blanks().Replace(StorableText.Clean(text ?? ""), " ").Trim();
        return line.Length <= length ? line : Start(line, length - 1) + "…";
    }

    // Never half a character.
    private static string Start(string text, int length) => text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];

    [GeneratedRegex(@"[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+")]
    private static partial Regex Blanks();
}
