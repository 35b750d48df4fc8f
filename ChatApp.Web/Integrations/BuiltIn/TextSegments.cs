using System.Text.RegularExpressions;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>A sentence, or a line of code.</summary>
/// <param name="Text">Plain text without Markdown; a line of code unchanged.</param>
/// <param name="IsCode">Whether it is inside a fenced code block.</param>
/// <param name="Block">The number of its block: lines of code with the same number are in the same block.</param>
/// <param name="Line">The number of its line.</param>
internal readonly record struct TextSegment(string Text, bool IsCode, int Block, int Line);

/// <summary>Splits messages into sentences and lines of code.</summary>
internal static partial class TextSegments
{
    public static IReadOnlyList<TextSegment> Of(string text)
    {
        var segments = new List<TextSegment>();
        string? fence = null;
        var block = 0;
        foreach (var (number, line) in text.ReplaceLineEndings("\n").Split('\n').Index())
        {
            if (Fence().Match(line) is { Success: true } mark && (fence is null || line.Trim().StartsWith(fence, StringComparison.Ordinal)))
            {
                fence = fence is null ? mark.Groups[1].Value : null;
                block++;
            }
            else if (fence is not null)
            {
                segments.Add(new(line.TrimEnd(), true, block, number));
            }
            else
            {
                segments.AddRange(Sentences(MarkdownText.Plain(line)).Select(s => new TextSegment(s, false, block, number)));
            }
        }
        return segments;
    }

    /// <summary>The sentences of a line. In Chinese and Japanese, no space separates them.</summary>
    public static IEnumerable<string> Sentences(string line) =>
        End().Split(line).Select(s => s.Trim()).Where(s => s.Length > 0);

    /// <summary>Joins sentences.</summary>
    public static string Join(string before, string after) =>
        before is not [.., var end] || after.Length == 0 || end is (>= '\u3000' and <= '\u30FF') or (>= '\uFF00' and <= '\uFFEF') // Japanese
            ? before + after
            : before + " " + after;

    [GeneratedRegex(@"^\s{0,3}(`{3,}|~{3,})")]
    private static partial Regex Fence();

    // Matches after the punctuation, which stays with its sentence.
    [GeneratedRegex(@"(?<=\S[.!?؟।][""'”’)\]]?)\s+(?=\S)|(?<=[。！？][」』）]|[。！？])(?![」』）])")]
    private static partial Regex End();
}
