using ChatApp.Web.Features.Chat.Markdown;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

/// <summary>A reply looks the same whether the page renders it (marked) or the server (Markdig).</summary>
internal sealed class MarkdownRendererTests : BrowserFixture
{
    // Ignores what makes no visible difference: the spaces between blocks, and the copy button, which only complete replies have.
    private const string Compare = """
        async ([markdown, html]) => {
          const { loadMarkdown } = await import("/js/models/markdown.js");
          const normal = root => {
            root.querySelectorAll("[data-copy-code]").forEach(button => button.remove());
            root.normalize();
            const lines = [];
            const write = (node, depth, isCode) => {
              const text = isCode ? JSON.stringify(node.textContent) : node.textContent.replace(/\s+/g, " ").trim();
              if (node.nodeType === Node.TEXT_NODE) {
                if (text) lines.push(" ".repeat(depth) + text);
                return;
              }
              const attributes = [...node.attributes].map(a => ` ${a.name}="${a.value}"`).sort().join("");
              lines.push(`${" ".repeat(depth)}<${node.localName}${attributes}>`);
              node.childNodes.forEach(child => write(child, depth + 1, isCode || node.localName === "pre"));
            };
            root.childNodes.forEach(child => write(child, 0, false));
            return lines.join("\n");
          };
          const template = document.createElement("template");
          template.innerHTML = html;
          return [normal((await loadMarkdown())(markdown)), normal(template.content)];
        }
        """;

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Fixtures", "markdown");

    private IPage _page = null!;

    // The accepted differences, with the reason.
    private static readonly Dictionary<string, string> Differences = new()
    {
        ["three-tildes"] = "Markdig strikes text through between the inner two of three tildes, marked leaves them. Neither is Markdown that models write.",
    };

    private static IEnumerable<string> Same => Directory.EnumerateFiles(Folder, "*.md").Select(path => Path.GetFileNameWithoutExtension(path)).Except(Different).Order();

    private static IEnumerable<string> Different => Differences.Keys;

    [SetUp]
    public async Task Open()
    {
        _page = await NewPageAsync(await App.RegisterAsync());
        await _page.GotoAsync("/chat-ui");
    }

    [TestCaseSource(nameof(Same))]
    public async Task Render_InThePageAndOnTheServer_LooksTheSame(string name)
    {
        var (inPage, onServer) = await RenderAsync(name);

        Assert.That(inPage, Is.Not.Empty);
        Assert.That(inPage, Is.EqualTo(onServer));
    }

    [TestCaseSource(nameof(Different))]
    public async Task Render_KnownDifference_StillExists(string name)
    {
        var (inPage, onServer) = await RenderAsync(name);

        Assert.That(inPage, Is.Not.EqualTo(onServer), $"Remove it from the list: {Differences[name]}");
    }

    [TestCase("*a_", 100_000)]
    [TestCase("> ", 100_000)]
    public async Task Growing_TextThatTakesTooLong_BecomesPlain(string unit, int length)
    {
        var markdown = string.Concat(Enumerable.Repeat(unit, length / unit.Length));

        await _page.EvaluateAsync("""
            async markdown => {
              const { GrowingText } = await import("/js/models/growing-text.js");
              const target = document.createElement("div");
              target.id = "growing";
              document.body.append(target);
              new GrowingText(target).append(markdown);
            }
            """, markdown);

        await Expect(_page.Locator("#growing > p.plain")).ToHaveTextAsync(markdown, new() { Timeout = 30_000 }); // rendered, the first would take minutes
    }

    [Test]
    public async Task Growing_LongTextAtOnce_IsRenderedToItsEnd()
    {
        var markdown = string.Concat(Enumerable.Range(0, 500).Select(i => $"Paragraph *{i}* with some words.\n\n"));

        await _page.EvaluateAsync("""
            async markdown => {
              const { GrowingText } = await import("/js/models/growing-text.js");
              const target = document.createElement("div");
              target.id = "growing";
              document.body.append(target);
              new GrowingText(target).append(markdown);
            }
            """, markdown);

        await Expect(_page.Locator("#growing > p:nth-of-type(500) > em")).ToHaveTextAsync("499", new() { Timeout = 30_000 });
    }

    private async Task<(string InPage, string OnServer)> RenderAsync(string name)
    {
        var markdown = await File.ReadAllTextAsync(Path.Combine(Folder, $"{name}.md"));
        var both = await _page.EvaluateAsync<string[]>(Compare, new[] { markdown, SafeMarkdown.ToHtml(markdown) });
        return (both[0], both[1]);
    }
}
