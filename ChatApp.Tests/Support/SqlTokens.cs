using System.Text.RegularExpressions;

namespace ChatApp.Tests.Support;

/// <summary>Part of a statement: a token, or a parenthesised group.</summary>
internal sealed record SqlNode(string Text, IReadOnlyList<SqlNode>? Group = null)
{
    public bool Is(params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (Text.Equals(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        return false;
    }
}

/// <summary>Splits SQL into tokens, nested by its parentheses. Comments are dropped, string literals become <c>'</c>, quoted names lose their quotes, a qualified name is one token.</summary>
internal static partial class SqlTokens
{
    public static IReadOnlyList<SqlNode> Parse(string sql)
    {
        var open = new Stack<List<SqlNode>>();
        open.Push([]);
        foreach (Match match in Token().Matches(sql))
        {
            var text = match.Value;
            if (text is "(")
            {
                open.Push([]);
            }
            else if (text is ")")
            {
                var group = open.Pop();
                open.Peek().Add(new("(", group));
            }
            else if (!text.StartsWith("--", StringComparison.Ordinal) && !text.StartsWith("/*", StringComparison.Ordinal))
            {
                open.Peek().Add(new(text[0] == '\'' ? "'" : text.Replace("\"", "", StringComparison.Ordinal)));
            }
        }
        return open.Single();
    }

    /// <summary>The parts between these words, at this level.</summary>
    public static IEnumerable<IReadOnlyList<SqlNode>> Split(this IReadOnlyList<SqlNode> nodes, params string[] words)
    {
        var part = new List<SqlNode>();
        foreach (var node in nodes)
        {
            if (node.Is(words))
            {
                yield return part;
                part = [];
            }
            else
            {
                part.Add(node);
            }
        }
        yield return part;
    }

    [GeneratedRegex("""--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|(?:"[^"]+"|[A-Za-z_]\w*)(?:\.(?:"[^"]+"|[A-Za-z_]\w*))*|[@$:]\w+|\d+(?:\.\d+)?|::|<=|>=|<>|!=|[()]|[^\s\w]""", RegexOptions.Singleline)]
    private static partial Regex Token();
}
