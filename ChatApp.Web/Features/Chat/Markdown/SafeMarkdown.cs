using System.Net;
using Markdig;
using Markdig.Extensions.EmphasisExtras;
using Markdig.Renderers;

namespace ChatApp.Web.Features.Chat.Markdown;

/// <summary>Renders replies as HTML. Models can be manipulated to write anything, so the text is untrusted.</summary>
public static class SafeMarkdown
{
    // No UseAdvancedExtensions: it brings generic attributes ({onclick=…}), media links (iframes), diagrams and mathematics.
    private static readonly MarkdownPipeline Pipeline = Build();

    /// <summary>Safe HTML; the escaped text itself where parsing would take too long or fails.</summary>
    public static string ToHtml(string markdown)
    {
        try
        {
            var document = Markdig.Markdown.Parse(markdown, Pipeline, MarkdownCost.Begin(markdown));
            SafeDocument.Make(document);
            using var writer = new StringWriter();
            var renderer = new HtmlRenderer(writer);
            Pipeline.Setup(renderer);
            PageRenderers.Use(renderer);
            renderer.Render(document);
            return writer.ToString();
        }
        catch (Exception e) when (e is MarkdownTooCostlyException or ArgumentException) // the latter: nested deeper than Markdig allows
        {
            return Plain(markdown);
        }
    }

    /// <summary>The text without its Markdown.</summary>
    public static string ToText(string markdown)
    {
        try
        {
            return Markdig.Markdown.ToPlainText(markdown, Pipeline, MarkdownCost.Begin(markdown));
        }
        catch (Exception e) when (e is MarkdownTooCostlyException or ArgumentException)
        {
            return markdown;
        }
    }

    private static MarkdownPipeline Build()
    {
        var pipeline = new MarkdownPipelineBuilder()
            .DisableHtml()
            .UsePipeTables()
            .UseTaskLists()
            .UseAutoLinks()
            .UseEmphasisExtras(EmphasisExtraOptions.Strikethrough)
            .UseSoftlineBreakAsHardlineBreak();
        MarkdownCost.Observe(pipeline);
        return pipeline.Build();
    }

    private static string Plain(string text) => $"<p class=\"plain\">{WebUtility.HtmlEncode(text)}</p>";
}
