using System.Net;
using Markdig;
using Markdig.Extensions.EmphasisExtras;
using Markdig.Renderers;

namespace ChatApp.Web.Features.Chat.Markdown;

/// <summary>Renders replies as HTML. Models can be manipulated to write anything, so the text is untrusted.</summary>
public static class SafeMarkdown
{
    // Each unclosed link is searched to the end of its paragraph, so many of them cost quadratic time (2 s for 64 KB of "[a](").
    private const long MaxLinkCost = 100_000_000;

    // No UseAdvancedExtensions: it brings generic attributes ({onclick=…}), media links (iframes), diagrams and mathematics.
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .DisableHtml()
        .UsePipeTables()
        .UseTaskLists()
        .UseAutoLinks()
        .UseEmphasisExtras(EmphasisExtraOptions.Strikethrough)
        .UseSoftlineBreakAsHardlineBreak()
        .Build();

    /// <summary>Safe HTML; the escaped text itself where parsing would take too long or fails.</summary>
    public static string ToHtml(string markdown)
    {
        if ((long)markdown.AsSpan().Count("](") * markdown.Length > MaxLinkCost)
        {
            return Plain(markdown);
        }
        try
        {
            var document = Markdig.Markdown.Parse(markdown, Pipeline);
            SafeDocument.Make(document);
            using var writer = new StringWriter();
            var renderer = new HtmlRenderer(writer);
            Pipeline.Setup(renderer);
            PageRenderers.Use(renderer);
            renderer.Render(document);
            return writer.ToString();
        }
        catch (ArgumentException)
        {
            return Plain(markdown); // nested deeper than Markdig allows
        }
    }

    /// <summary>The text without its Markdown.</summary>
    public static string ToText(string markdown)
    {
        try
        {
            return Markdig.Markdown.ToPlainText(markdown, Pipeline);
        }
        catch (ArgumentException)
        {
            return markdown;
        }
    }

    private static string Plain(string text) => $"<p class=\"plain\">{WebUtility.HtmlEncode(text)}</p>";
}
