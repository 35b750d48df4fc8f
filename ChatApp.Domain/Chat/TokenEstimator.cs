
namespace ChatApp.Domain.Chat;

/// <summary>
/// Estimates tokens where a provider reports none: four characters of alphabetic scripts, or one of the scripts that write words in one or two signs,
/// to a token. OpenAI's help centre gives "about four characters" for English.
/// </summary>
public static class TokenEstimator
{
    public static int Count(string text)
    {
        var (narrow, wide) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value >= 0x2E80 ? wide++ : narrow++; // from the CJK radicals on
        }
        return wide + (narrow + 3) / 4;
    }
}
