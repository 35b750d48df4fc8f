using System.Net;
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

    // Each takes Markdig seconds, and quadratic time or worse.
    [TestCase("", "[a](", 32_000)]
    [TestCase("", "[a]: x\n", 16_000)]
    [TestCase("", "*a ", 16_000)]
    [TestCase("", "[a ", 16_000)]
    [TestCase("", "www.a.b\n", 8_000)]
    [TestCase("", "> ", 200)]
    [TestCase("", "1. ", 16_000)]
    [TestCase("x|y\n-|-\n", "_a_~~|", 8_000)]
    public void ToHtml_TooCostly_IsThePlainText(string begin, string unit, int count)
    {
        var markdown = begin + string.Concat(Enumerable.Repeat(unit, count)) + "<end>";

        var html = SafeMarkdown.ToHtml(markdown);

        Assert.That(html == $"<p class=\"plain\">{WebUtility.HtmlEncode(markdown)}</p>", "it is shown as it is");
        Assert.That(SafeMarkdown.ToText(markdown) == markdown, "a preview as well");
    }

    [Test]
    public void ToHtml_TableOfFewWideAndManyNarrowRows_IsNotFilledUp()
    {
        var wide = string.Concat(Enumerable.Repeat("|a", 5_000));
        var markdown = $"{wide}\n{string.Concat(Enumerable.Repeat("|-", 5_000))}\n{string.Concat(Enumerable.Repeat("|\n", 5_000))}"; // 25 million cells

        Assert.That(SafeMarkdown.ToHtml(markdown), Does.StartWith("<p class=\"plain\">"));
    }

    [Test]
    public void ToHtml_DeepEmphasis_IsTextOrHtmlButNoError()
    {
        var stars = new string('*', 30_000);

        Assert.That(SafeMarkdown.ToHtml($"{stars}a{stars}"), Does.Contain("a"));
    }

    [Test]
    public void ToHtml_LargeTableAsModelsWriteThem_IsRendered()
    {
        var rows = Enumerable.Range(0, 300).Select(i => $"| **Row {i}** | some words | 1,{i:000} | [source {i}](https://example.org/{i}) | `code_{i}` |");

        var html = SafeMarkdown.ToHtml($"| a | b | c | d | e |\n|---|---|---|---|---|\n{string.Join('\n', rows)}");

        Assert.That(html, Does.Contain("<strong>Row 299</strong>").And.Contain(">source 299</a>"));
    }

    [Test]
    public void ToHtml_LongReplyAsModelsWriteThem_IsRendered()
    {
        var section = """
            ## Step
            Some **bold** and *weak* text with `code_name`, a [link](https://example.org/a_b) and `more`; see [the list][1].

            - [x] **First**: do *this*, then `that`
            - [ ] Second, at https://example.org/

            ```python
            values = [[1, 2], [3, 4]]  # a * b * c
            print(values[0][1], "*" * 10, __name__)
            ```


            """;

        var html = SafeMarkdown.ToHtml(string.Concat(Enumerable.Repeat(section, 400)) + "[1]: https://example.org/list");

        Assert.That(html, Does.StartWith("<h4>Step</h4>").And.Contain("href=\"https://example.org/list\""));
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
