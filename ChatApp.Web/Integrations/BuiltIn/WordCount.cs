using System.Text;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>Counts words as word processors do: separated by spaces, and each Chinese or Japanese character as a word.</summary>
internal static class WordCount
{
    public static int Of(string text)
    {
        var (words, inWord) = (0, false);
        foreach (var rune in text.EnumerateRunes())
        {
            var isCjk = rune.Value is >= 0x3041 and <= 0x30FF or >= 0x3400 and <= 0x9FFF or >= 0xF900 and <= 0xFAFF or >= 0x20000 and <= 0x3FFFF;
            var isWord = Rune.IsLetterOrDigit(rune);
            if (isCjk || (isWord && !inWord))
            {
                words++;
            }
            inWord = !isCjk && (isWord || (inWord && !Rune.IsWhiteSpace(rune)));
        }
        return words;
    }
}
