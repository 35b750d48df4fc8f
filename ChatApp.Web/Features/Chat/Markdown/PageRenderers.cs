using Markdig.Extensions.Tables;
using Markdig.Extensions.TaskLists;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;

namespace ChatApp.Web.Features.Chat.Markdown;

/// <summary>The pages' HTML where it differs from Markdig's. <c>markdown.js</c> renders the same while a reply grows; MarkdownRendererTests compares the two.</summary>
internal static class PageRenderers
{
    public static void Use(HtmlRenderer renderer)
    {
        renderer.ObjectRenderers.ReplaceOrAdd<CodeBlockRenderer>(new Code());
        renderer.ObjectRenderers.ReplaceOrAdd<HtmlTableRenderer>(new ScrollingTable());
        renderer.ObjectRenderers.ReplaceOrAdd<HtmlTaskListRenderer>(new Task());
    }

    /// <summary>Code below a bar with its language.</summary>
    private sealed class Code : HtmlObjectRenderer<CodeBlock>
    {
        protected override void Write(HtmlRenderer renderer, CodeBlock obj)
        {
            var language = (obj as FencedCodeBlock)?.Info ?? "";
            renderer.EnsureLine();
            renderer.Write("<div class=\"code\"><div class=\"code-bar\"><span>").WriteEscape(language).Write("</span>")
                .Write("<button type=\"button\" class=\"js-only\" data-copy-code>Copy</button></div>")
                .Write("<pre tabindex=\"0\"><code data-language=\"").WriteEscape(language).Write("\">");
            renderer.WriteLeafRawLines(obj, writeEndOfLines: true, escape: true);
            renderer.WriteLine("</code></pre></div>");
        }
    }

    /// <summary>A wide table scrolls inside of its column.</summary>
    private sealed class ScrollingTable : HtmlTableRenderer
    {
        protected override void Write(HtmlRenderer renderer, Table table)
        {
            renderer.EnsureLine();
            renderer.Write("<div class=\"table\" role=\"region\" aria-label=\"Table\" tabindex=\"0\">");
            base.Write(renderer, table);
            renderer.WriteLine("</div>");
        }
    }

    /// <summary>A symbol instead of a disabled checkbox.</summary>
    private sealed class Task : HtmlObjectRenderer<TaskList>
    {
        protected override void Write(HtmlRenderer renderer, TaskList obj) => renderer.Write(obj.Checked ? "☑" : "☐");
    }
}
