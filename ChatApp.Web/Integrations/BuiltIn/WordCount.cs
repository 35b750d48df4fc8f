using System.Text;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>Counts words as word processors do: what spaces separate, and each Chinese or Japanese sign for itself.</summary>
internal static class WordCount
{
    public static int Of(string text)
    {
        var (words, inWord) = (0, false);
        foreach (var rune in text.EnumerateRunes())
        {
            var sign = rune.Value is >= 0x3041 and <= 0x30FF or >= 0x3400 and <= 0x9FFF or >= 0xF900 and <= 0xFAFF or >= 0x20000 and <= 0x3FFFF;
            var word = Rune.IsLetterOrDigit(rune);
            if (sign || (word && !inWord))
            {
                words++;
            }
            inWord = !sign && (word || (inWord && !Rune.IsWhiteSpace(rune)));
        }
        return words;
    }
}
