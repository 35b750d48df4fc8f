using System.Text;

namespace ChatApp.Bench;

/// <summary>Texts of Markdown's building blocks, repeated, nested and mixed, in which a parser may take more than linear time. Tests use them as well.</summary>
public static class MarkdownTexts
{
    private static readonly string[] Parts =
    [
        "[", "]", "(", ")", "](", "[a](", "[a](<", "[a](b \"", "[a]: x\n", "[a]: x \"\n", "[a]", "[a][", "[a]:", "![", "[^a]", "[x] ", "*", "**", "***", "_", "__", "~", "~~", "*a", "a*", "_a_", "**a**", "*a_",
        "a**b", "*a **b ", "`", "``", "```\n", "~~~\n", "> ", ">", "- ", "* ", "+ ", "1. ", "1) ", "- [ ] ", "- [x] a\n", "  ", "    ", "\t", "\n", "\n\n", "  \n", "\r", "\\", "\\\n", "#", "# ", "## x\n",
        "---\n", "===\n", "-\n", "=\n", "a", "b ", "aa", "é", "\u00a0", "😀", "|", "| a ", "|-|-|\n", "|---|---|\n", "|a|b|\n", "a|b", "|\n", ":-:", "&amp;", "&", "&#1;", ";", "<", ">", "<a", "</a>", "<x ", "=\"",
        "<!--", "<http://a>", "<a@b.c>", "http://a", "https://", "www.a.b", "www.", "mailto:a@b", "ftp://", ":", "/", "\"", "'", "{", "}", "!", "?", ".", "\n> ", "\n- ", "\n  - ", "\n1. ", "\n    ", "\n\t",
    ];

    /// <summary>Lines of words without any markup.</summary>
    public static string Plain(int length) => Repeat("Plain words in a row, nothing else.\n", length);

    /// <summary>Every part alone, repeated on one line and on many.</summary>
    public static IEnumerable<string> Simple(int length) => Parts.SelectMany(part => new[] { Repeat(part, length), Repeat(part + "\n", length) });

    /// <summary>Any number of texts; the same ones for the same seed.</summary>
    public static IEnumerable<string> Random(int length, int seed)
    {
        var random = new Random(seed);
        while (true)
        {
            yield return Next(random, length);
        }
    }

    /// <summary>The beginning of a text, for messages.</summary>
    public static string Show(string text) => text[..Math.Min(text.Length, 60)].ReplaceLineEndings("\\n") + " … " + text[^Math.Min(text.Length, 20)..].ReplaceLineEndings("\\n");

    private static string Next(Random random, int length)
    {
        switch (random.Next(6))
        {
            case 0:
                return Repeat(Some(1, 6), length);
            case 1: // nested: as many beginnings as ends
                return Repeat(Some(1, 4), length / 2) + Repeat(Some(1, 4), length / 2);
            case 2:
                return Some(1, 3) + Repeat(Some(1, 4), length / 2) + Repeat(Some(1, 4), length / 2);
            case 3:
                return Mix(Parts);
            case 4:
                return Mix([.. Enumerable.Range(0, random.Next(2, 6)).Select(_ => Some(1, 1))]);
            default: // words between the parts
                return Mix([.. Enumerable.Range(0, random.Next(2, 6)).Select(_ => Some(1, 2)), "words ", "more words ", "\n\n"]);
        }

        string Some(int least, int most) => string.Concat(Enumerable.Range(0, random.Next(least, most + 1)).Select(_ => Parts[random.Next(Parts.Length)]));

        string Mix(string[] parts)
        {
            var text = new StringBuilder(length + 16);
            while (text.Length < length)
            {
                text.Append(parts[random.Next(parts.Length)]);
            }
            return text.ToString(0, length);
        }
    }

    private static string Repeat(string part, int length) => new StringBuilder(length + part.Length).Insert(0, part, length / part.Length + 1).ToString(0, length);
}
