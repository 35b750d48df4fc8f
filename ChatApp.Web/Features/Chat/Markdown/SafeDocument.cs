using Markdig.Extensions.Tables;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace ChatApp.Web.Features.Chat.Markdown;

/// <summary>Makes a parsed document safe: no scripts, no misleading links, no headings above the page's own.</summary>
internal static class SafeDocument
{
    // The page's own headings are above those of its messages.
    private const int HeadingsAbove = 2;
    private const int LowestHeading = 6;

    public static void Make(MarkdownDocument document)
    {
        foreach (var node in document.Descendants().ToList())
        {
            switch (node)
            {
                case LinkInline link:
                    Secure(link);
                    break;
                case AutolinkInline { IsEmail: false } link when !IsOutside(link.Url):
                    link.ReplaceBy(new LiteralInline(link.Url));
                    break;
                case AutolinkInline link:
                    OpenOutside(link);
                    break;
                case HeadingBlock heading:
                    heading.Level = Math.Min(heading.Level + HeadingsAbove, LowestHeading);
                    break;
                case ListBlock list:
                    list.TryGetAttributes()?.Classes?.Remove("contains-task-list"); // the items have a class, and others of the list need their bullets
                    break;
                case Table table:
                    Align(table);
                    break;
            }
        }
    }

    // A forbidden link keeps only its text. An image would be a request that the reader did not ask for, so it becomes a link.
    private static void Secure(LinkInline link)
    {
        var url = link.GetDynamicUrl?.Invoke() ?? link.Url;
        if (link.IsImage)
        {
            link.IsImage = false;
            if (link.FirstChild is null)
            {
                link.AppendChild(new LiteralInline(url ?? ""));
            }
        }
        if (IsOutside(url))
        {
            OpenOutside(link);
        }
        else if (!IsInside(url))
        {
            link.ReplaceBy(new ContainerInline());
        }
    }

    private static void OpenOutside(MarkdownObject link)
    {
        var attributes = link.GetAttributes();
        attributes.AddPropertyIfNotExist("rel", "noopener noreferrer nofollow");
        attributes.AddPropertyIfNotExist("target", "_blank");
    }

    private static bool IsInside(string? url) =>
        url is ['#', ..] or ['/'] or ['/', not ('/' or '\\'), ..] && !url.Any(char.IsControl);

    private static bool IsOutside(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https" or "mailto" && !url!.Any(char.IsControl);

    // Markdig aligns cells by style attributes, which the page's content security policy forbids.
    private static void Align(Table table)
    {
        foreach (var cell in table.OfType<TableRow>().SelectMany(row => row.OfType<TableCell>().Select((cell, i) => (Cell: cell, Column: i))))
        {
            var alignment = cell.Column < table.ColumnDefinitions.Count ? table.ColumnDefinitions[cell.Column].Alignment : null;
            if (alignment is TableColumnAlign.Center or TableColumnAlign.Right)
            {
                cell.Cell.GetAttributes().AddClass(alignment == TableColumnAlign.Center ? "center" : "end");
            }
        }
        table.ColumnDefinitions.ForEach(column => column.Alignment = null);
    }
}
