using ChatApp.Tests.Support;
using ChatApp.Web.Integrations;

namespace ChatApp.Tests.Unit.Tools;

internal sealed class HtmlTextTests
{
    [Test]
    public void Read_Page_IsItsVisibleText()
    {
        var page = HtmlText.Read("""
            <!doctype html><html><head><title> How to  toast &amp; more </title><style>p { color: red }</style><script>var x = "<p>no</p>";</script></head>
            <body><header>The Toast Times</header><nav><ul><li>Home</li></ul></nav>
            <main><h1>How to toast</h1><p>Take <b>two</b>
               slices&nbsp;of <a href="/bread">bread</a>.</p><!-- not this -->
            <ul><li>brown</li><li>white<br>or grey</li></ul>
            <table><tr><th>Level</th><th>Time</th></tr><tr><td>1</td><td>60 s</td></tr></table>
            <pre>if (dark)
                stop();</pre>
            <div hidden>secret</div><div aria-hidden="true">icon</div><p style="Display: None">gone</p><svg><title>drawing</title><text>x</text></svg>
            <aside>Buy a toaster!</aside><form><label>Mail</label><button>Send</button></form>
            <p>That is all, and it is quite a lot of text for a small page like this one, so that it is surely the main part of it. That is all, and it is quite a lot.</p></main>
            <footer>© 2026</footer></body></html>
            """);

        Assert.That(page.Title, Is.EqualTo("How to toast & more"));
        Assert.That(page.Text, Is.EqualTo("""
            # How to toast
            Take two slices of bread.
            - brown
            - white
            or grey
            Level | Time
            1 | 60 s
            if (dark)
                stop();
            That is all, and it is quite a lot of text for a small page like this one, so that it is surely the main part of it. That is all, and it is quite a lot.
            """));
    }

    [TestCase("<p>one<p>two", "one\ntwo")]
    [TestCase("plain text", "plain text")]
    [TestCase("a < b && c", "a < b && c")]
    [TestCase("<main></main><p>The text is elsewhere.</p>", "The text is elsewhere.")]
    [TestCase("<article>One of many.</article><article>Another.</article>", "One of many.\nAnother.")]
    [TestCase("<nav><nav>in</nav>still in</nav>out", "out")]
    [TestCase("</main></p></nav>text", "text")]
    public void Read_Fragment_IsItsText(string html, string text) => Assert.That(HtmlText.Read(html).Text, Is.EqualTo(text));

    [TestCase("<div>")]
    [TestCase("<b>")]
    [TestCase("<table><td>")]
    [TestCase("<main>")]
    [TestCase("<nav>")]
    [TestCase("<!--")]
    [TestCase("<")]
    [TestCase("&amp")]
    [TestCase("<a b=")]
    [TestCase("<pre>\n")]
    [TestCase("</div>")]
    [TestCase("<p></main>")]
    public async Task Read_TwoMegabytesOfHostileHtml_TakesLittleTime(string piece)
    {
        var html = string.Concat(Enumerable.Repeat(piece, 2_000_000 / piece.Length));

        await Task.Run(() => HtmlText.Read(html)).WaitAsync(Eventually.Patience); // with a tree, the first one takes minutes
    }

    [TestCase("Use <strong>two</strong> slices.<br/>Now.", "Use two slices. Now.")]
    [TestCase("<p>a</p><p>b</p>", "a b")]
    [TestCase(null, "")]
    [TestCase("  ", "")]
    public void Line_Fragment_IsOneLine(string? html, string line) => Assert.That(HtmlText.Line(html), Is.EqualTo(line));
}
