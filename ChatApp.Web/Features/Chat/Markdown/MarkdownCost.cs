using Markdig;
using Markdig.Helpers;
using Markdig.Syntax;

namespace ChatApp.Web.Features.Chat.Markdown;

/// <summary>A text that would take too long to render.</summary>
internal sealed class MarkdownTooCostlyException : Exception;

/// <summary>
/// Counts what a text may cost to render, in steps, and stops the parser when that is out of proportion to its length. Markdig cannot be cancelled and takes quadratic time for many
/// constructs, so their costs are charged before they are incurred: a block's when its lines are known and before what they contain is parsed.
/// Steps rather than time, so that a text is rendered alike on a busy machine.
/// </summary>
internal sealed class MarkdownCost
{
    private const int StepsPerCharacter = 120;
    private const int LeastBudget = 1_000_000;

    private const int StepsPerCell = 64;

    // Markdig refuses nested blocks beyond its own limit, which is lower, but only after it has parsed them in quadratic time.
    private const int MostMarkers = 128;

    private static readonly object Key = typeof(MarkdownCost);

    private readonly long _budget;
    private long _steps;
    private int _blocks;

    private MarkdownCost(int length) => _budget = LeastBudget + (long)StepsPerCharacter * length;

    /// <summary>Charges what each block of the pipeline costs.</summary>
    public static void Observe(MarkdownPipelineBuilder pipeline)
    {
        foreach (var parser in pipeline.BlockParsers)
        {
            parser.Closed += (processor, block) => ((MarkdownCost)processor.Context!.Properties[Key]).Close(block);
        }
    }

    /// <exception cref="MarkdownTooCostlyException">The lines alone show it.</exception>
    public static MarkdownParserContext Begin(string markdown)
    {
        var cost = new MarkdownCost(markdown.Length);
        cost.ChargeLines(markdown);
        return new() { Properties = { [Key] = cost } };
    }

    private void Charge(long steps)
    {
        if ((_steps += steps) > _budget)
        {
            throw new MarkdownTooCostlyException();
        }
    }

    // Each definition of a link is compared with all others, and copies the rest of its paragraph.
    private void ChargeLines(string markdown)
    {
        long definitions = markdown.AsSpan().Count("]:");
        Charge(definitions * definitions + definitions * markdown.Length / 8);
        foreach (var line in markdown.AsSpan().EnumerateLines())
        {
            if (Markers(line) > MostMarkers)
            {
                throw new MarkdownTooCostlyException();
            }
        }
    }

    // Of quotes and lists within each other, at the beginning of a line.
    private static int Markers(ReadOnlySpan<char> line)
    {
        var markers = 0;
        for (var i = 0; i < line.Length && line[i] is ' ' or '\t' or '>' or '-' or '*' or '+' or '.' or ')' or (>= '0' and <= '9'); i++)
        {
            if (line[i] == '>' || (line[i] is '-' or '*' or '+' or '.' or ')' && (i + 1 == line.Length || line[i + 1] is ' ' or '\t')))
            {
                markers++;
            }
        }
        return markers;
    }

    private void Close(Block block)
    {
        _blocks++;
        if (block is HeadingBlock { IsSetext: true })
        {
            Charge(_blocks); // the paragraph that it was is looked up among all blocks
        }
        if (block is LeafBlock { ProcessInlines: true } leaf)
        {
            ChargeInlines(leaf.Lines);
        }
    }

    // Emphasis and brackets stay open until their paragraph ends, and everything that follows is looked up below all that are open.
    private void ChargeInlines(StringLineGroup lines)
    {
        long length = 0, emphasis = 0, brackets = 0, open = 0, deepest = 0, others = 0, addresses = 0, widest = 0;
        var end = lines.Count == 0 ? 0 : lines.Lines[lines.Count - 1].Slice.End;
        for (var i = 0; i < lines.Count; i++)
        {
            var slice = lines.Lines[i].Slice;
            var line = slice.AsSpan();
            length += line.Length;
            long pipes = 0;
            for (var at = 0; at < line.Length; at++)
            {
                switch (line[at])
                {
                    case '*' or '_' or '~' when IsDelimiter(line, at):
                        emphasis++;
                        break;
                    case '[':
                        brackets++;
                        deepest = Math.Max(deepest, ++open);
                        break;
                    case ']':
                        brackets++;
                        open = Math.Max(0, open - 1);
                        break;
                    case '(' when at > 0 && line[at - 1] == ']':
                        Charge(TargetLength(slice.Text.AsSpan(slice.Start + at, end - slice.Start - at + 1)));
                        break;
                    case ':' or '.' when IsAddress(line[..at]):
                        addresses++;
                        break;
                    case '|':
                        pipes++;
                        break;
                    case '`' or '\\' or '&' or '<':
                        others++;
                        break;
                }
            }
            others += pipes + 1;
            widest = Math.Max(widest, pipes);
        }
        var cells = widest > 0 ? (widest + 1) * lines.Count : 0; // a table is filled up to its widest row
        Charge(length + (emphasis + brackets + addresses + others) * (emphasis + deepest + brackets / 16 + addresses / 2) + cells * StepsPerCell);
    }

    // Whether a run that begins here can open or close emphasis.
    private static bool IsDelimiter(ReadOnlySpan<char> line, int at)
    {
        var before = at == 0 ? ' ' : line[at - 1];
        if (before == line[at])
        {
            return false;
        }
        var rest = line[at..].TrimStart(line[at]);
        var after = rest.IsEmpty ? ' ' : rest[0];
        return !(char.IsWhiteSpace(before) && char.IsWhiteSpace(after)) && !(line[at] == '_' && char.IsLetterOrDigit(before) && char.IsLetterOrDigit(after));
    }

    private static bool IsAddress(ReadOnlySpan<char> before) =>
        before is [.., 'w', 'w', 'w'] or [.., 't', 't', 'p'] or [.., 't', 't', 'p', 's'] or [.., 'f', 't', 'p'] or [.., 'm', 'a', 'i', 'l', 't', 'o'] or [.., 't', 'e', 'l'];

    // How far the parser looks for the end of an address and its title: (address "title").
    private static int TargetLength(ReadOnlySpan<char> text)
    {
        var at = SkipSpaces(text, 1);
        at = at < text.Length && text[at] == '<' ? Find(text, at, ">\n") : Find(text, at, " \t\r\n");
        at = SkipSpaces(text, at + 1);
        return at >= text.Length || text[at] is not ('"' or '\'' or '(') ? at : Find(text, at + 1, text[at] == '(' ? ")" : text.Slice(at, 1));
    }

    private static int SkipSpaces(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }
        return at;
    }

    private static int Find(ReadOnlySpan<char> text, int at, ReadOnlySpan<char> ends)
    {
        while (at < text.Length && !ends.Contains(text[at]))
        {
            at += text[at] == '\\' ? 2 : 1; // the next one is escaped
        }
        return Math.Min(at, text.Length);
    }
}
