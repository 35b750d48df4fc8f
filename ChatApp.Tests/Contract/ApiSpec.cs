using System.Text.Json;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Contract;

/// <summary>The OpenAPI document that the app serves, and whether responses conform to it.</summary>
internal sealed class ApiSpec(JsonElement document)
{
    private readonly SchemaCheck _schemas = new(document);

    public JsonElement Document => document;

    public static async Task<ApiSpec> LoadAsync(TestApp app)
    {
        using var client = app.Anonymous();
        return new(await client.GetJsonAsync("/openapi/v1.json"));
    }

    /// <summary>All described routes, as <c>METHOD /path/{parameter}</c>.</summary>
    public IEnumerable<(string Name, JsonElement Operation)> Operations() =>
        from path in document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        select ($"{operation.Name.ToUpperInvariant()} {path.Name}", operation.Value);

    public JsonElement Operation(string name) => Operations().Single(o => o.Name == name).Operation;

    public JsonElement Resolve(JsonElement element) => _schemas.Resolve(element);

    /// <summary>The schema and media type of a route's request body; null if it has none.</summary>
    public (string MediaType, JsonElement Schema)? Body(JsonElement operation) =>
        operation.TryGetProperty("requestBody", out var body) && body.GetProperty("content").EnumerateObject().First() is var content
            ? (content.Name, Resolve(content.Value.GetProperty("schema")))
            : null;

    public IReadOnlyList<string> Problems(JsonElement schema, JsonElement value) => _schemas.Problems(schema, value, "$");

    /// <summary>The differences between a response and the document; empty if there are none.</summary>
    /// <param name="name">The route.</param>
    /// <param name="response">The response.</param>
    /// <param name="body">Its body, or the start of a stream.</param>
    public IReadOnlyList<string> Problems(string name, HttpResponseMessage response, string body)
    {
        var status = ((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (!Operation(name).GetProperty("responses").TryGetProperty(status, out var described))
        {
            return [$"{name} responds with {status}, which is not described: {body}"];
        }
        var hasTag = Resolve(described).TryGetProperty("headers", out var headers) && headers.TryGetProperty("ETag", out _);
        if (hasTag != (response.Headers.ETag is not null))
        {
            return [$"{name} {status} {(hasTag ? "is described with an ETag and has none" : "has an ETag that is not described")}"];
        }
        var type = response.Content.Headers.ContentType?.MediaType;
        if (!Resolve(described).TryGetProperty("content", out var contents))
        {
            return body.Length == 0 ? [] : [$"{name} {status} is described without a body: {body}"];
        }
        if (type is null || !contents.TryGetProperty(type, out var content))
        {
            return [$"{name} {status} is of the type {type ?? "(none)"}, which is not described: {body}"];
        }
        return type.EndsWith("json", StringComparison.Ordinal)
            ? [.. Problems(content.GetProperty("schema"), JsonElement.Parse(body)).Select(p => $"{name} {status} {p}")]
            : [];
    }
}
