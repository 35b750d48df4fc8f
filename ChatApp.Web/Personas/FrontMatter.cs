namespace ChatApp.Web.Personas;

/// <summary>A Markdown file with front matter: lines "name: value" between two lines "---".</summary>
/// <param name="File">The file name, for errors.</param>
/// <param name="Fields">The fields of the front matter.</param>
/// <param name="Body">The text after the front matter, trimmed.</param>
internal sealed record FrontMatter(string File, IReadOnlyDictionary<string, string> Fields, string Body)
{
    private const string Mark = "---";

    /// <summary>Parses a file.</summary>
    /// <param name="text">Its content.</param>
    /// <param name="file">Its name.</param>
    /// <param name="known">The known field names.</param>
    /// <exception cref="InvalidOperationException">It is malformed; the message says where and how.</exception>
    public static FrontMatter Parse(string text, string file, IReadOnlyCollection<string> known)
    {
        var lines = text.TrimStart('\uFEFF').ReplaceLineEndings("\n").Split('\n');
        var end = lines[0].TrimEnd() == Mark ? Array.FindIndex(lines, 1, l => l.TrimEnd() == Mark) : -1;
        if (end < 0)
        {
            throw Error(file, 1, $"it must begin with lines 'name: value' between two lines '{Mark}'");
        }
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (index, line) in lines[1..end].Index().Where(l => l.Item.Trim() is { Length: > 0 } item && item[0] != '#'))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var name = colon < 0 ? "" : line[..colon].Trim();
            if (!known.Contains(name))
            {
                throw Error(file, index + 2, $"it must be 'name: value' with one of the names {string.Join(", ", known)}");
            }
            if (!fields.TryAdd(name, line[(colon + 1)..].Trim().Trim('"')))
            {
                throw Error(file, index + 2, $"'{name}' occurs twice");
            }
        }
        return new(file, fields, string.Join('\n', lines[(end + 1)..]).Trim());
    }

    /// <summary>The value of a required field.</summary>
    /// <exception cref="InvalidOperationException">It is missing.</exception>
    public string Required(string name) => Fields.GetValueOrDefault(name) is { Length: > 0 } value ? value : throw Error($"'{name}' is missing");

    /// <summary>An error in this file.</summary>
    public InvalidOperationException Error(string problem) => new($"{File}: {problem}.");

    private static InvalidOperationException Error(string file, int line, string problem) => new($"{file}, line {line}: {problem}.");
}
