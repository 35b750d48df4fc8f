using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using ChatApp.Domain.Personas;
using ChatApp.Domain.Text;

namespace ChatApp.Web.Personas;

/// <summary>
/// Loads personas from Markdown files: front matter with <c>key</c>, <c>name</c>, <c>description</c> and optionally <c>temperature</c>,
/// <c>max_tokens</c> and <c>tags</c>, then the system prompt.
/// </summary>
public static partial class PersonaFiles
{
    /// <summary>The folder's name.</summary>
    public const string Folder = "Personas";

    private const float DefaultTemperature = 0.7f;
    private const int DefaultMaxTokens = 4096;

    private static readonly string[] Known = ["key", "name", "description", "temperature", "max_tokens", "tags"];

    /// <summary>All personas of the folders. A file replaces those with the same key in earlier folders.</summary>
    /// <param name="folders">The folders; missing ones are skipped.</param>
    /// <exception cref="InvalidOperationException">
    /// A file is malformed, two in a folder have the same key, or there is no default persona; the message says which.
    /// </exception>
    public static PersonaCatalog Load(params IEnumerable<string> folders)
    {
        var personas = new Dictionary<string, Persona>(StringComparer.Ordinal);
        foreach (var folder in folders.Select(Path.GetFullPath).Distinct(StringComparer.Ordinal).Where(Directory.Exists))
        {
            var files = Directory.EnumerateFiles(folder, "*.md").Order(StringComparer.Ordinal).Select(f => (File: f, Persona: Read(f))).ToList();
            foreach (var same in files.GroupBy(f => f.Persona.Key, StringComparer.Ordinal).Where(g => g.Count() > 1))
            {
                throw new InvalidOperationException(
                    $"The persona files {string.Join(" and ", same.Select(f => Path.GetFileName(f.File)))} have the same key '{same.Key}'.");
            }
            files.ForEach(f => personas[f.Persona.Key] = f.Persona);
        }
        return new PersonaCatalog(personas.Values);
    }

    /// <summary>Parses a file.</summary>
    /// <param name="text">Its content.</param>
    /// <param name="file">Its name, for errors.</param>
    /// <exception cref="InvalidOperationException">It is malformed.</exception>
    public static Persona Parse(string text, string file)
    {
        var content = FrontMatter.Parse(text, file, Known);
        var key = content.Required("key");
        if (key.Length > PersonaCatalog.KeyMaxLength || !Key().IsMatch(key))
        {
            throw content.Error($"the key must be of lower-case letters, digits, '_' and '-', at most {PersonaCatalog.KeyMaxLength}");
        }
        if (content.Body.Length == 0 || !StorableText.IsStorable(text))
        {
            throw content.Error("the system prompt after the front matter is missing, or the file contains characters that cannot be stored");
        }
        return new Persona(
            key, content.Required("name"), content.Required("description"), content.Body,
            Number(content, "temperature", DefaultTemperature, 0, 2),
            Number(content, "max_tokens", DefaultMaxTokens, 1, 1_000_000),
            [.. content.Fields.GetValueOrDefault("tags", "").Trim('[', ']').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)]);
    }

    private static Persona Read(string file) => Parse(File.ReadAllText(file), Path.GetFileName(file));

    private static T Number<T>(FrontMatter content, string name, T defaultValue, T min, T max)
        where T : INumber<T> =>
        !content.Fields.TryGetValue(name, out var value) ? defaultValue
        : T.TryParse(value, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max ? number
        : throw content.Error(string.Create(CultureInfo.InvariantCulture, $"'{name}' must be a number from {min} to {max}"));

    [GeneratedRegex("^[a-z0-9_-]+$")]
    private static partial Regex Key();
}
