using System.Globalization;
using System.Text;

namespace ChatApp.Data.Accounts;

/// <summary>
/// What a user name looks like: names that people take for one another have the same one. Full-width and mathematical letters become plain ones, Cyrillic, Greek,
/// Armenian and special Latin letters the Latin ones that they look like (after Unicode's confusables, UTS 39, for the scripts that look alike most).
/// </summary>
public static class NameSkeleton
{
    public const int MaxLength = 256;

    // Pairs: a letter, and the Latin one that it looks like. Before the case is folded, because letters can look alike in one case only.
    private static readonly Dictionary<char, char> Lookalikes = Pairs(
        "аaеeоoрpсcхxуyіiјjѕsһhԁdԛqԝwӏlґrгrкkьb" + "АAВBЕEЅSІIЈJКKМMНHОOРPСCТTУYХXԚQԜWҮYӀl" // Cyrillic
        + "αaοoρpνvυuιiκkτtγyϲcϳj" + "ΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXϹC" // Greek
        + "օoոnսuհhցgյjԼLՕOՍUՏSԼL" // Armenian
        + "ıiɡgɑaƖlǀlɩiʋvᴏoᴄcᴠvᴡwᴢzℓl"); // Latin

    public static string Of(string name)
    {
        var plain = new StringBuilder();
        foreach (var c in name.Normalize(NormalizationForm.FormKC))
        {
            var letter = Lookalikes.GetValueOrDefault(c, c);
            plain.Append(letter switch
            {
                'I' or '1' or '|' => 'l', // a capital i looks like a small L
                '0' => 'o',
                _ => char.ToLower(letter, CultureInfo.InvariantCulture),
            });
        }
        var skeleton = plain.Replace("rn", "m").Replace("vv", "w").ToString();
        return skeleton[..Math.Min(skeleton.Length, MaxLength)];
    }

    private static Dictionary<char, char> Pairs(string pairs)
    {
        var found = new Dictionary<char, char>();
        for (var i = 0; i < pairs.Length; i += 2)
        {
            found[pairs[i]] = pairs[i + 1];
        }
        return found;
    }
}
