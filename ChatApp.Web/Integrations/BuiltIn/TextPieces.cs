using System.Text.RegularExpressions;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>A sentence, or a line of code.</summary>
/// <param name="Text">Plain text without Markdown, or the line as it is.</param>
/// <param name="IsCode">Whether it is inside a fenced code block.</param>
/// <param name="Block">The number of the block that it belongs to: lines of code with the same number stand together.</param>
/// <param name="Line">The number of its line.</param>
internal readonly record struct TextPiece(string Text, bool IsCode, int Block, int Line);

/// <summary>Cuts messages into sentences and lines of code.</summary>
internal static partial class TextPieces
{
    public static IReadOnlyList<TextPiece> Of(string text)
    {
        var pieces = new List<TextPiece>();
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
                pieces.Add(new(line.TrimEnd(), true, block, number));
            }
            else
            {
                pieces.AddRange(Sentences(MarkdownText.Plain(line)).Select(s => new TextPiece(s, false, block, number)));
            }
        }
        return pieces;
    }

    /// <summary>The sentences of a line. Chinese and Japanese ones end without a space.</summary>
    public static IEnumerable<string> Sentences(string line) =>
        End().Split(line).Select(s => s.Trim()).Where(s => s.Length > 0);

    /// <summary>Puts sentences together again.</summary>
    public static string Join(string before, string after) =>
        before is not [.., var end] || after.Length == 0 || end is (>= '\u3000' and <= '\u30FF') or (>= '\uFF00' and <= '\uFFEF') // Japanese
            ? before + after
            : before + " " + after;

    [GeneratedRegex(@"^\s{0,3}(`{3,}|~{3,})")]
    private static partial Regex Fence();

    // After the mark, not before it, so that the mark stays with its sentence.
    [GeneratedRegex(@"(?<=\S[.!?؟।][""'”’)\]]?)\s+(?=\S)|(?<=[。！？][」』）]|[。！？])(?![」』）])")]
    private static partial Regex End();
}
