using ChatApp.Web.Features.Chat.Markdown;

namespace ChatApp.Tests.Unit;

internal sealed class SafeMarkdownTests
{
    [TestCase("[x](https://example.org)", "<a href=\"https://example.org\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">x</a>")]
    [TestCase("[x](mailto:a@example.org)", "<a href=\"mailto:a@example.org\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">x</a>")]
    [TestCase("[x](/chat-ui/1#m-2)", "<a href=\"/chat-ui/1#m-2\">x</a>")]
    [TestCase("[x](#part)", "<a href=\"#part\">x</a>")]
    [TestCase("[x](javascript:alert(1))", "x")]
    [TestCase("[**x**](data:text/html,y)", "<strong>x</strong>")]
    [TestCase("[x](//example.org)", "x")]
    [TestCase("[x](/\\example.org)", "x")]
    [TestCase("[x](relative/path)", "x")]
    [TestCase("[x]()", "x")]
    [TestCase("<javascript:alert(1)>", "javascript:alert(1)")]
    [TestCase("![a cat](https://example.org/cat.png)", "<a href=\"https://example.org/cat.png\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">a cat</a>")]
    [TestCase("![](https://example.org/cat.png)", "<a href=\"https://example.org/cat.png\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">https://example.org/cat.png</a>")]
    [TestCase("<b onclick=alert(1)>x</b>", "&lt;b onclick=alert(1)&gt;x&lt;/b&gt;")]
    [TestCase("x{onclick=alert(1)}", "x{onclick=alert(1)}")]
    [TestCase("one\ntwo", "one<br />\ntwo")]
    public void ToHtml_Paragraph_IsTheExpectedHtml(string markdown, string html) => Assert.That(SafeMarkdown.ToHtml(markdown), Is.EqualTo($"<p>{html}</p>\n"));

    [TestCase("# One", "<h3>One</h3>\n")]
    [TestCase("###### Six", "<h6>Six</h6>\n")]
    public void ToHtml_Heading_RanksBelowThePagesOwn(string markdown, string html) => Assert.That(SafeMarkdown.ToHtml(markdown), Is.EqualTo(html));

    [Test]
    public void ToHtml_Code_HasItsLanguageAndIsEscaped() => Assert.That(
        SafeMarkdown.ToHtml("```c# \"><b>\nif (a < b) { }\n```"),
        Does.Contain("<span>c#</span>").And.Contain("data-language=\"c#\"").And.Contain("if (a &lt; b) { }").And.Not.Contain("<b>"));

    [Test]
    public void ToHtml_Table_IsAlignedWithoutStyleAttributes() => Assert.That(
        SafeMarkdown.ToHtml("| a | b | c |\n|---|:-:|--:|\n| 1 | 2 | 3 |"),
        Does.Contain("<td>1</td>").And.Contain("<td class=\"center\">2</td>").And.Contain("<td class=\"end\">3</td>").And.Not.Contain("style="));

    [Test]
    public void ToHtml_TaskList_HasMarksInsteadOfCheckboxes() => Assert.That(
        SafeMarkdown.ToHtml("- [x] done\n- [ ] to do"), Does.Contain("☑ done").And.Contain("☐ to do").And.Not.Contain("<input"));

    [TestCase("> ", 400)]
    [TestCase("- ", 4_000)]
    [TestCase("1. ", 400)]
    [TestCase("[", 1_000)]
    [TestCase("*a", 4_000)]
    public void ToHtml_ExtremeNesting_IsTextOrHtmlButNoError(string unit, int count)
    {
        var markdown = string.Concat(Enumerable.Repeat(unit, count)) + "<end>";

        Assert.That(SafeMarkdown.ToHtml(markdown), Does.Contain("&lt;end&gt;"));
        Assert.That(SafeMarkdown.ToText(markdown), Is.Not.Null);
    }

    [Test]
    public void ToHtml_LinksThatNeverEnd_AreNotParsed()
    {
        var markdown = string.Concat(Enumerable.Repeat("[a](", 16_000)); // Markdig takes half a second, and quadratic time

        Assert.That(SafeMarkdown.ToHtml(markdown), Is.EqualTo($"<p class=\"plain\">{markdown}</p>"));
    }

    [Test]
    public void ToHtml_LongText_IsRendered()
    {
        var markdown = string.Concat(Enumerable.Repeat("A paragraph with a [link](https://example.org) and **weight**.\n\n", 1_000));

        Assert.That(SafeMarkdown.ToHtml(markdown), Does.StartWith("<p>A paragraph with a <a href="));
    }

    [TestCase("## Saturday\n- **Morning**: *coffee*", "Saturday\nMorning: coffee\n")]
    public void ToText_Markdown_IsItsWords(string markdown, string text) => Assert.That(SafeMarkdown.ToText(markdown), Is.EqualTo(text));
}
