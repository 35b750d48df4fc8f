using System.Text;
using ChatApp.Domain.Text;

namespace ChatApp.Domain.Chat;

/// <summary>Makes storable text of a model's deltas, which may be cut in the middle of a surrogate pair and may contain anything.</summary>
internal sealed class DeltaReader
{
    private char? _high;

    /// <summary>The whole characters of this delta and of what was left over before.</summary>
    public string Read(string delta)
    {
        var text = _high is { } high ? high + delta : delta;
        _high = null;
        if (text.Length > 0 && char.IsHighSurrogate(text[^1]))
        {
            _high = text[^1];
            text = text[..^1];
        }
        return StorableText.Clean(text);
    }

    /// <summary>What is left over at the end: half a character, shown as U+FFFD.</summary>
    public string ReadRest() => _high is null ? "" : Rune.ReplacementChar.ToString();
}
