using System.Text;
using AngleSharp.Html;
using AngleSharp.Html.Parser;
using AngleSharp.Html.Parser.Tokens;
using AngleSharp.Text;
using ChatApp.Domain.Text;

namespace ChatApp.Web.Integrations;

/// <summary>
/// The visible text of HTML, one line per paragraph, without menus, forms and hidden elements. It reads the tokens without building a tree, because the
/// time to build a tree grows with the square of its depth: two megabytes of nested &lt;div&gt; would take minutes.
/// </summary>
/// <param name="Title">The page's title.</param>
/// <param name="Text">Its main part, if it is marked; otherwise all of it.</param>
internal sealed record HtmlText(string Title, string Text)
{
    private static readonly HashSet<string> Blocks =
        ["address", "article", "blockquote", "dd", "details", "div", "dl", "dt", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "summary", "table", "tr", "ul"];

    private static readonly HashSet<string> Skipped =
        ["script", "style", "noscript", "template", "svg", "math", "iframe", "object", "canvas", "nav", "footer", "aside", "form", "button", "select", "textarea", "dialog", "noframes"];

    private static readonly HashSet<string> Empty =
        ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

    /// <summary>The text of an HTML fragment, in one line.</summary>
    public static string Line(string? html) => string.IsNullOrWhiteSpace(html) ? "" : ToolText.Line(Read(html).Text, int.MaxValue);

    public static HtmlText Read(string html) => new Reader().Read(html);

    private sealed class Reader
    {
        private readonly StringBuilder _text = new();
        private readonly StringBuilder _title = new();
        private readonly List<(int Start, int End, bool IsMain)> _parts = [];
        private readonly Stack<(string Name, int Start, bool IsMain)> _open = new();
        private string? _skipping;
        private int _depth;
        private int _verbatim;
        private bool _isTitle;

        public HtmlText Read(string html)
        {
            var tokens = new HtmlTokenizer(new TextSource(StorableText.Clean(html)), HtmlEntityProvider.Resolver) { SkipComments = true };
            while (tokens.Get() is { Type: not HtmlTokenType.EndOfFile } token)
            {
                switch (token)
                {
                    case HtmlTagToken { Type: HtmlTokenType.StartTag } tag:
                        tokens.State = StateAfter(tag.Name); // usually set by the tree builder
                        Begin(tag);
                        break;
                    case HtmlTagToken tag:
                        End(tag.Name);
                        break;
                    case { Type: HtmlTokenType.Character } when _isTitle:
                        _title.Append(token.Data);
                        break;
                    case { Type: HtmlTokenType.Character } when _skipping is null:
                        Append(token.Data);
                        break;
                }
            }
            return new(ToolText.Line(_title.ToString(), 200), Main());
        }

        private static HtmlParseMode StateAfter(string name) => name switch
        {
            "script" => HtmlParseMode.Script,
            "style" or "iframe" or "noframes" or "noembed" or "xmp" => HtmlParseMode.Rawtext,
            "textarea" or "title" => HtmlParseMode.RCData,
            _ => HtmlParseMode.PCData,
        };

        private void Begin(HtmlTagToken tag)
        {
            var (name, isEmpty) = (tag.Name, tag.IsSelfClosing || Empty.Contains(tag.Name));
            if (_skipping is not null)
            {
                _depth += name == _skipping && !isEmpty ? 1 : 0;
                return;
            }
            if (!isEmpty && (Skipped.Contains(name) || IsHidden(tag)))
            {
                (_skipping, _depth) = (name, 1);
                return;
            }
            _isTitle = name == "title";
            if (Blocks.Contains(name) || name == "br")
            {
                BreakLine();
            }
            if (name is "main" or "article" || tag.GetAttribute("role") == "main")
            {
                _open.Push((name, _text.Length, name == "main" || tag.GetAttribute("role") == "main"));
            }
            _verbatim += name == "pre" ? 1 : 0;
            _text.Append(name switch
            {
                ['h', >= '1' and <= '6' and var level] => new string('#', level - '0') + " ",
                "li" => "- ",
                "td" or "th" when _text.Length > 0 && _text[^1] != '\n' => " | ",
                _ => "",
            });
        }

        private void End(string name)
        {
            _isTitle &= name != "title";
            if (_skipping is not null)
            {
                _depth -= name == _skipping ? 1 : 0;
                _skipping = _depth == 0 ? null : _skipping;
                return;
            }
            if (_open.TryPeek(out var open) && open.Name == name)
            {
                _open.Pop();
                if (_open.Count == 0 || open.IsMain)
                {
                    _parts.Add((open.Start, _text.Length, open.IsMain));
                }
            }
            _verbatim -= name == "pre" && _verbatim > 0 ? 1 : 0;
            if (Blocks.Contains(name))
            {
                BreakLine();
            }
        }

        private void Append(string data)
        {
            if (_verbatim > 0)
            {
                _text.Append(data);
                return;
            }
            foreach (var c in data)
            {
                if (!char.IsWhiteSpace(c))
                {
                    _text.Append(c);
                }
                else if (_text.Length > 0 && _text[^1] is not (' ' or '\n'))
                {
                    _text.Append(' ');
                }
            }
        }

        private void BreakLine()
        {
            while (_text.Length > 0 && _text[^1] == ' ')
            {
                _text.Length--;
            }
            if (_text.Length > 0 && _text[^1] != '\n')
            {
                _text.Append('\n');
            }
        }

        // The part marked as main, or the only article, unless it is very short.
        private string Main()
        {
            var named = _parts.Where(p => p.IsMain).ToList();
            var part = (named.Count > 0 ? named : _parts) is [var only] ? only : default;
            var length = part.End - part.Start;
            return (length > 200 || length * 2 > _text.Length ? _text.ToString(part.Start, length) : _text.ToString()).Trim();
        }

        private static bool IsHidden(HtmlTagToken tag) => tag.Attributes.Any(a =>
            a.Name == "hidden" || (a.Name == "aria-hidden" && a.Value == "true")
            || (a.Name == "style" && a.Value.Replace(" ", "", StringComparison.Ordinal).Contains("display:none", StringComparison.OrdinalIgnoreCase)));
    }
}
