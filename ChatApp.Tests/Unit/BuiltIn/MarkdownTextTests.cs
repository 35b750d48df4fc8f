using AngleSharp.Html.Parser;
using ChatApp.Web.Integrations.BuiltIn;
using Markdig;

namespace ChatApp.Tests.Unit.BuiltIn;

/// <summary>Quoted text must be shown unchanged: these tests check the rendered Markdown.</summary>
internal sealed class MarkdownTextTests
{
    // With more extensions than the app's pages enable.
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UseAdvancedExtensions().UseSoftlineBreakAsHardlineBreak().Build();

    private static readonly string[] Hostile =
    [
        "plain text", "# not a heading", "- not a list", "+ nor this", "1. nor this", "12) nor this", "> not a quote", "---", "===", "* * *",
        "*not emphasis*", "**nor strong**", "_nor this_", "snake_case_name and a_ _b", "~~not struck~~", "`not code`", "```", "~~~ js",
        "[not a link](https://evil.example)", "![not an image](https://evil.example/x.png)", "[x]: https://evil.example", "<b>not bold</b>", "<script>alert(1)</script>",
        "<https://evil.example>", "https://evil.example/?a=b", "www.evil.example", "mailto:a@evil.example", "a@evil.example", "&lt;not an entity&gt; &amp; &#60;", "AT&T, 3 < 4 > 2",
        "| a | b |", "a | b", "$not$ $$math$$", "trailing backslash \\", "\\*escaped\\*", "a\\", "[ ] task", "^sup^ ~sub~ ==mark== ++ins++", "*[abbr]: x", "[^1] footnote", ":smile: \"quoted\" ...",
        "{onclick=alert(1)}", "# heading {onclick=alert(1)}", "term\u2028line", "日本語 *強調* 「引用」", "שלום *עולם*", "emoji 👩‍💻 *x*",
    ];

    [TestCaseSource(nameof(Hostile))]
    public void Quote_HostileText_IsShownUnchanged(string text)
    {
        var quote = Render(MarkdownText.Quote([text], []));

        Assert.That(Normal(quote.TextContent), Is.EqualTo(Normal(text)));
        Assert.That(quote.QuerySelectorAll("*").Select(e => e.LocalName), Is.EqualTo(new[] { "blockquote", "p" }));
    }

    [TestCaseSource(nameof(Hostile))]
    public void Quote_HostileTextWithTerms_IsShownUnchangedWithTermsInBold(string text)
    {
        var marked = $"{text} Kyoto{text}kyoto {text}";
        var quote = Render(MarkdownText.Quote([marked], ["kyoto"]));

        Assert.That(Normal(quote.TextContent), Is.EqualTo(Normal(marked)));
        Assert.That(quote.QuerySelectorAll("*").Select(e => e.LocalName).Distinct(), Is.EqualTo(new[] { "blockquote", "p", "strong" }));
        Assert.That(quote.QuerySelectorAll("strong").Select(e => e.TextContent), Is.EqualTo(new[] { "Kyoto", "kyoto" }));
    }

    [TestCaseSource(nameof(Hostile))]
    public void Link_HostileTitle_IsOneLinkWithIt(string title)
    {
        var (session, message) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var body = Render($"| {MarkdownText.Link(title, session, message)} | 1 |\n| --- | --- |\n| x | y |");

        var link = body.QuerySelectorAll("a").Single();
        Assert.That(Normal(link.TextContent), Is.EqualTo(Normal(title)));
        Assert.That(link.GetAttribute("href"), Is.EqualTo($"/chat-ui/{session}#m-{message}"));
        Assert.That(body.QuerySelectorAll("img, script, b, em, code"), Is.Empty);
    }

    [TestCase("```")]
    [TestCase("````\nx")]
    [TestCase("</code></pre><script>alert(1)</script>")]
    [TestCase("> quote\n# heading")]
    public void QuoteCode_HostileLines_StayCode(string code)
    {
        var body = Render(MarkdownText.QuoteCode(code.Split('\n')));

        Assert.That(body.QuerySelector("blockquote > pre > code")?.TextContent, Is.EqualTo(code + "\n"));
        Assert.That(body.QuerySelectorAll("*"), Has.Length.EqualTo(3));
    }

    [TestCase("## A *small* heading", "A small heading")]
    [TestCase("- [x] done, see [the page](https://example.com/x)", "done, see the page")]
    [TestCase("> 1. **Bold `code` bold** end", "Bold code bold end")]
    [TestCase("**`Skip(page * 50)`** reads", "Skip(page * 50) reads")]
    [TestCase("| a | b |", "a · b")]
    [TestCase("| --- | ---: |", "")]
    [TestCase("2 * 3 * 4 = snake_case_name", "2 * 3 * 4 = snake_case_name")]
    [TestCase("a || b", "a || b")]
    public void Plain_Line_HasNoMarkdown(string line, string plain) => Assert.That(MarkdownText.Plain(line), Is.EqualTo(plain));

    [TestCase("short", 10, "short")]
    [TestCase("one two three four", 12, "one two…")]
    [TestCase("aaaaaaaaaaaaaaaaaaaa", 5, "aaaaa…")]
    [TestCase("👩‍💻👩‍💻👩‍💻", 2, "👩‍💻👩‍💻…")]
    public void Cut_Text_IsCutByGraphemes(string text, int length, string cut) => Assert.That(MarkdownText.Cut(text, length), Is.EqualTo(cut));

    private static AngleSharp.Dom.IElement Render(string markdown) => new HtmlParser().ParseDocument(Markdown.ToHtml(markdown, Pipeline)).Body!;

    // HTML collapses spaces, and the typographic extension changes quotes.
    private static string Normal(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
