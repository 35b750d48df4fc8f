using System.Globalization;
using System.Text.Json;

namespace ChatApp.Tests.Contract;

/// <summary>
/// As much of JSON Schema as the document uses. Stricter in one way: properties that a schema does not name are errors, so that nothing undescribed is sent.
/// An unknown keyword is an error, so that nothing stays unchecked.
/// </summary>
internal sealed class SchemaCheck(JsonElement document)
{
    private static readonly HashSet<string> Known =
    [
        "$ref", "oneOf", "type", "enum", "properties", "required", "additionalProperties", "items", "format", "minLength", "maxLength", "minimum", "maximum",
        "minItems", "maxItems", "description", "default", "example", "examples", "title",
    ];

    public JsonElement Resolve(JsonElement element)
    {
        while (element.ValueKind == JsonValueKind.Object && element.TryGetProperty("$ref", out var reference))
        {
            element = reference.GetString()!.TrimStart('#', '/').Split('/').Aggregate(document, (at, name) => at.GetProperty(name));
        }
        return element;
    }

    public List<string> Problems(JsonElement schema, JsonElement value, string path)
    {
        schema = Resolve(schema);
        var unknown = schema.EnumerateObject().Select(k => k.Name).Except(Known).ToList();
        if (unknown.Count > 0)
        {
            return [$"{path}: the check does not know {string.Join(", ", unknown)}"];
        }
        if (schema.TryGetProperty("oneOf", out var choices))
        {
            var tried = choices.EnumerateArray().Select(c => Problems(c, value, path)).ToList();
            return tried.Count(t => t.Count == 0) == 1 ? [] : [$"{path}: {tried.Count(t => t.Count == 0)} of the choices fit: {string.Join("; ", tried.SelectMany(t => t))}"];
        }
        if (schema.TryGetProperty("type", out var type) && !Types(type).Any(t => Is(t, value)))
        {
            return [$"{path}: {value.ValueKind} is not {type}"];
        }
        var problems = value.ValueKind switch
        {
            JsonValueKind.Object => Members(schema, value, path),
            JsonValueKind.Array when schema.TryGetProperty("items", out var items) => value.EnumerateArray().SelectMany((v, i) => Problems(items, v, $"{path}[{i}]")),
            JsonValueKind.String => Text(schema, value.GetString()!, path),
            JsonValueKind.Number => Limits(schema, value.GetDouble(), "minimum", "maximum", path),
            _ => [],
        };
        var isListed = !schema.TryGetProperty("enum", out var names) || names.EnumerateArray().Any(n => JsonElement.DeepEquals(n, value));
        return isListed ? [.. problems] : [.. problems, $"{path}: {value} is not one of {names}"];
    }

    private static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()!) : [type.GetString()!];

    private static bool Is(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        _ => throw new NotSupportedException(type),
    };

    private IEnumerable<string> Members(JsonElement schema, JsonElement value, string path)
    {
        foreach (var name in schema.TryGetProperty("required", out var required) ? required.EnumerateArray().Select(r => r.GetString()!) : [])
        {
            if (!value.TryGetProperty(name, out _))
            {
                yield return $"{path}: {name} is missing";
            }
        }
        var isClosed = schema.TryGetProperty("properties", out var properties);
        var hasOthers = schema.TryGetProperty("additionalProperties", out var others) && others.ValueKind == JsonValueKind.Object;
        foreach (var member in value.EnumerateObject())
        {
            var at = $"{path}.{member.Name}";
            var isNamed = isClosed && properties.TryGetProperty(member.Name, out _);
            foreach (var problem in isNamed ? Problems(properties.GetProperty(member.Name), member.Value, at)
                : hasOthers ? Problems(others, member.Value, at)
                : isClosed ? [$"{at} is not described"] : [])
            {
                yield return problem;
            }
        }
    }

    private static IEnumerable<string> Text(JsonElement schema, string text, string path)
    {
        var format = schema.TryGetProperty("format", out var named) ? named.GetString() : null;
        var fits = format switch
        {
            null or "email" => true,
            "uuid" => Guid.TryParseExact(text, "D", out _),
            "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
            "date-time" => text.EndsWith('Z') && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _),
            _ => throw new NotSupportedException(format),
        };
        return fits ? Limits(schema, text.EnumerateRunes().Count(), "minLength", "maxLength", path) : [$"{path}: {text} is no {format}"];
    }

    private static IEnumerable<string> Limits(JsonElement schema, double value, string least, string most, string path)
    {
        if ((schema.TryGetProperty(least, out var min) && value < min.GetDouble()) || (schema.TryGetProperty(most, out var max) && value > max.GetDouble()))
        {
            yield return $"{path}: {value} is out of bounds";
        }
    }
}
