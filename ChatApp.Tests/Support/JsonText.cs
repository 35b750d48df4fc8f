using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChatApp.Tests.Support;

/// <summary>Compares JSON by value: whitespace and the order of properties do not matter.</summary>
internal static class JsonText
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void AssertEqual(JsonElement actual, string expected) =>
        Assert.That(Sorted(JsonNode.Parse(actual.GetRawText())), Is.EqualTo(Sorted(JsonNode.Parse(expected))));

    private static string Sorted(JsonNode? node) => Sort(node)?.ToJsonString(Readable) ?? "null";

    private static JsonNode? Sort(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, Sort(p.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Sort)]),
        _ => node?.DeepClone(),
    };
}
