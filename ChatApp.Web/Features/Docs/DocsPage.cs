using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Html;

namespace ChatApp.Web.Features.Docs;

/// <summary>The OpenAPI document for the page.</summary>
public sealed class DocsPage(JsonElement document)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string Version => document.GetProperty("info").GetProperty("version").GetString()!;

    public IReadOnlyList<string> Introduction => document.GetProperty("info").GetProperty("description").GetString()!.Split("\n\n");

    /// <summary>The routes by their tags.</summary>
    public IReadOnlyList<IGrouping<string, DocsRoute>> Groups { get; } =
    [
        .. from path in document.GetProperty("paths").EnumerateObject()
           from operation in path.Value.EnumerateObject()
           let route = new DocsRoute(operation.Name.ToUpperInvariant(), path.Name, operation.Value)
           group route by operation.Value.GetProperty("tags")[0].GetString() into tag
           orderby tag.Key
           select tag,
    ];

    /// <summary>The types of bodies, by name.</summary>
    public IReadOnlyList<(string Name, JsonElement Schema)> Types { get; } =
        [.. document.GetProperty("components").GetProperty("schemas").EnumerateObject().OrderBy(s => s.Name).Select(s => (s.Name, s.Value))];

    /// <summary>Resolves a reference.</summary>
    public JsonElement Resolve(JsonElement element) => element.TryGetProperty("$ref", out var reference)
        ? reference.GetString()!.Split('/').Skip(1).Aggregate(document, (at, name) => at.GetProperty(name))
        : element;

    public static string? Text(JsonElement element, string property) => element.TryGetProperty(property, out var value) ? value.GetString() : null;

    /// <summary>The text as HTML, with code where it has backticks.</summary>
    public static IHtmlContent Html(string? text)
    {
        var html = new HtmlContentBuilder();
        foreach (var (i, part) in (text ?? "").Split('`').Index())
        {
            _ = i % 2 == 0 ? html.Append(part) : html.AppendHtml("<code>").Append(part).AppendHtml("</code>");
        }
        return html;
    }

    public static IEnumerable<JsonElement> Items(JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) ? value.EnumerateArray() : Enumerable.Empty<JsonElement>();

    public static IEnumerable<JsonProperty> Members(JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) ? value.EnumerateObject() : Enumerable.Empty<JsonProperty>();

    public static string? Example(JsonElement schema) => Items(schema, "examples").Select(e => JsonSerializer.Serialize(e, Readable)).FirstOrDefault();

    /// <summary>The type's name in the list of types, if it is listed, and its label.</summary>
    public static (string? Name, string Label) TypeOf(JsonElement schema)
    {
        if (Text(schema, "$ref") is { } reference)
        {
            return (reference.Split('/')[^1], reference.Split('/')[^1]);
        }
        if (schema.TryGetProperty("oneOf", out var choices))
        {
            var known = choices.EnumerateArray().Select(TypeOf).ToList();
            return (known.Select(k => k.Name).FirstOrDefault(n => n is not null), string.Join(" or ", known.Select(k => k.Label).OrderBy(l => l == "null")));
        }
        if (schema.TryGetProperty("enum", out var names))
        {
            return (null, string.Join(", ", names.EnumerateArray().Select(n => n.ToString())));
        }
        if (schema.TryGetProperty("items", out var items))
        {
            return TypeOf(items) is var item ? (item.Name, $"list of {item.Label}") : default;
        }
        var type = !schema.TryGetProperty("type", out var types) ? "anything"
            : types.ValueKind == JsonValueKind.Array ? string.Join(" or ", types.EnumerateArray().Select(t => t.GetString()).OrderBy(t => t == "null")) : types.GetString()!;
        return (null, Text(schema, "format") is { } format and not ("int32" or "int64" or "double") ? $"{type} ({format})" : type);
    }
}

/// <summary>A route of the document.</summary>
public sealed record DocsRoute(string Method, string Path, JsonElement Operation)
{
    public string Id => DocsPage.Text(Operation, "operationId")!;
}
