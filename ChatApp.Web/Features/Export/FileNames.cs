using System.Globalization;
using System.Text;

namespace ChatApp.Web.Features.Export;

/// <summary>Turns titles into file names that are valid on all systems.</summary>
public static class FileNames
{
    private const int MaxBytes = 120; // systems allow 255, including the extension and suffixes

    private static readonly HashSet<string> Reserved = new(
        ["CON", "PRN", "AUX", "NUL", .. Enumerable.Range(0, 10).SelectMany(i => new[] { $"COM{i}", $"LPT{i}" })], StringComparer.OrdinalIgnoreCase);

    /// <summary>The title without characters that file names cannot have: path separators, control and invisible characters, dots at the ends.</summary>
    public static string Of(string title)
    {
        var name = new StringBuilder();
        var bytes = 0;
        foreach (var rune in title.Normalize().EnumerateRunes())
        {
            var safe = IsSafe(rune) ? rune : new Rune(' ');
            if (safe.Value == ' ' && (name.Length == 0 || name[^1] == ' '))
            {
                continue;
            }
            if ((bytes += safe.Utf8SequenceLength) > MaxBytes)
            {
                break;
            }
            name.Append(safe.ToString());
        }
        var trimmed = name.ToString().Trim(' ', '.');
        return trimmed.Length == 0 ? "session" : Reserved.Contains(trimmed.Split('.')[0].Trim()) ? $"_{trimmed}" : trimmed;
    }

    private static bool IsSafe(Rune rune) =>
        rune.Value is not ('<' or '>' or ':' or '"' or '/' or '\\' or '|' or '?' or '*' or '~')
        && (rune.Value is 0x200C or 0x200D // which join letters, and pictures
            || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.SpaceSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate));
}
