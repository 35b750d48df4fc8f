using System.Text.RegularExpressions;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>Splits a text into chunks, as a model would stream it. No chunk ends within a surrogate pair.</summary>
internal static partial class TextChunks
{
    /// <summary>The maximum number of chunks.</summary>
    public const int Max = 100;

    public static IEnumerable<string> Of(string text)
    {
        var words = Word().Matches(text).Select(m => m.Value).ToList();
        var each = (words.Count + Max - 1) / Max;
        return words.Chunk(Math.Max(1, each)).Select(w => string.Concat(w));
    }

    // A word with the space around it, or up to 20 characters without spaces.
    [GeneratedRegex(@"\s*(?:[\uD800-\uDBFF][\uDC00-\uDFFF]|[^\s\uD800-\uDBFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])){1,20}\s?|\s+")]
    private static partial Regex Word();
}
