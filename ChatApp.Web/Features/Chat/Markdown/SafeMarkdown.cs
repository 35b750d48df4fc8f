using System.Net;
using Markdig;
using Markdig.Extensions.EmphasisExtras;
using Markdig.Renderers;

namespace ChatApp.Web.Features.Chat.Markdown;

/// <summary>Makes HTML of what a model wrote. Models repeat what others tell them to, so the text is as untrusted as any user's.</summary>
public static class SafeMarkdown
{
    // A link that is never closed is looked for to the end of its paragraph: "[a](" a thousand times costs its square (2 s for 64 KB).
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

    /// <summary>HTML that may stand in a page as it is; the text itself, escaped, where it is no reasonable Markdown.</summary>
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
            return Plain(markdown); // nested deeper than Markdig goes
        }
    }

    /// <summary>The words of a short text without its marks.</summary>
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
