using System.Globalization;
using System.Text;

namespace ChatApp.Data.Security;

/// <summary>Encodes what would let a text forge log lines or control a terminal.</summary>
public static class VisibleText
{
    /// <summary>The text with control characters, line separators, direction marks and lone surrogates as <c>\u001b</c>, cut to a length.</summary>
    public static string? Of(string? text, int maxLength)
    {
        if (text is null)
        {
            return null;
        }
        var visible = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            var part = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                ? string.Create(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}")
                : rune.ToString(); // a lone surrogate was replaced by U+FFFD
            if (visible.Length + part.Length > maxLength)
            {
                break;
            }
            visible.Append(part);
        }
        return visible.ToString();
    }
}
