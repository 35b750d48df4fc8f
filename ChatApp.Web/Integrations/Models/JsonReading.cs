using System.Text.Json;

namespace ChatApp.Web.Integrations.Models;

/// <summary>Reads JSON of an unreliable shape: missing values and those of another type are null.</summary>
internal static class JsonReading
{
    extension(JsonElement element)
    {
        public JsonElement? ValueOf(string name) =>
            element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

        public string? TextOf(string name) => element.ValueOf(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

        /// <summary>An integer from 0 to 2³¹ − 1.</summary>
        public long? NumberOf(string name) =>
            element.ValueOf(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) && value is >= 0 and <= int.MaxValue ? value : null;
    }
}
