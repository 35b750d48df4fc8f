using System.Text;
using ChatApp.Domain.Search;
using ChatApp.Domain.Text;

namespace ChatApp.Tests.Unit.Search;

internal sealed class SnippetsTests
{
    [TestCase("The cat sat.", "cat", "The [cat] sat.")]
    [TestCase("The cats sat, a tomcat too.", "cat", "The [cats] sat, a tomcat too.")]
    [TestCase("Concatenate, cat!", "\"cat\"", "Concatenate, [cat]!")]
    [TestCase("a red, kite and a red-kite", "\"red kite\"", "a [red, kite] and a [red-kite]")]
    [TestCase("明日は東京、明後日も東京", "東京", "明日は[東京]、明後日も[東京]")]
    [TestCase("C++ and c++", "c++", "[C++] and [c++]")]
    [TestCase("aaa", "\"aa$\" aaa", "[aaa]")]
    [TestCase("so **bold** a cat and a ** b", "cat", "so bold a [cat] and a ** b")]
    [TestCase("**cat**", "cat", "[cat]")]
    [TestCase("| a | b |\n| --- | ---: |\n| cat | 2 |", "cat", "| a | b | | [cat] | 2 |")]
    [TestCase("foo_bar baz", "foo_bar ba", "[foo_bar] baz")]
    [TestCase("ÄRGER and ärgern", "ärger", "[ÄRGER] and [ärgern]")]
    [TestCase("nothing of it", "dog", "nothing of it")]
    public void Of_Text_MarksTheMatches(string text, string query, string expected) => Assert.That(Marked(text, query), Is.EqualTo(expected));

    [Test]
    public void Of_LongText_ShowsWhereMostWordsAre()
    {
        var text = $"The red bird. {Filler(400)} Here a red kite flies. {Filler(400)}";

        var marked = Marked(text, "red kite");

        Assert.That(marked, Does.Contain("Here a [red] [kite] flies.").And.StartWith("…").And.EndWith("…").And.Not.Contain("bird"));
        Assert.That(marked, Has.Length.LessThan(320));
    }

    [Test]
    public void Of_SurrogatesAtTheCut_KeepsThemTogether()
    {
        for (var i = 0; i < 4; i++)
        {
            var emoji = string.Concat(Enumerable.Repeat("😀", 300));

            var marked = Marked($"{new string('x', i)}{emoji}cat{emoji}", "\"cat\" c");

            Assert.That(marked.EnumerateRunes().All(r => r != Rune.ReplacementChar), Is.True);
            Assert.That(StorableText.IsStorable(marked), Is.True);
        }
    }

    [Test]
    public void Of_TextAfterACut_SaysSo() => Assert.That(Snippets.Of("the cat", isCut: true, SearchQuery.Parse("cat"))[0].Text, Does.StartWith("…"));

    private static string Filler(int length) => string.Concat(Enumerable.Repeat("sand ", length / 5));

    private static string Marked(string text, string query) =>
        string.Concat(Snippets.Of(text, isCut: false, SearchQuery.Parse(query)).Select(p => p.IsMatch ? $"[{p.Text}]" : p.Text));
}
