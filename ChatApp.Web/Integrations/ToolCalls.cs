using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace ChatApp.Web.Integrations;

/// <summary>Conversions of tools and their calls that all providers share.</summary>
internal static class ToolCalls
{
    /// <summary>Parses a model's call. If the arguments are not a JSON object, its <see cref="FunctionCallContent.Exception"/> is set, so that the model can be told.</summary>
    public static FunctionCallContent Parse(string id, string name, string arguments) =>
        FunctionCallContent.CreateFromParsedArguments(arguments, id, name, static json => string.IsNullOrWhiteSpace(json)
            ? new Dictionary<string, object?>()
            : JsonSerializer.Deserialize<Dictionary<string, object?>>(json));

    /// <summary>The result for the model: a string as it is, anything else as JSON.</summary>
    public static string ResultText(FunctionResultContent result) => result.Result switch
    {
        null => "",
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } text => text.GetString()!,
        var value => JsonSerializer.Serialize(value),
    };

    /// <summary>The schema of the tool's parameters. Providers require an object schema with properties, even if there are none; MCP servers may leave them out.</summary>
    public static JsonObject Parameters(AIFunctionDeclaration tool)
    {
        var schema = JsonSerializer.SerializeToNode(tool.JsonSchema) as JsonObject ?? [];
        schema["type"] = "object";
        schema["properties"] ??= new JsonObject();
        return schema;
    }

    /// <summary>Whether the history contains tool calls: providers then require the tools to be declared.</summary>
    public static bool AreIn(IEnumerable<ChatMessage> messages) => messages.Any(m => m.Contents.Any(c => c is FunctionCallContent or FunctionResultContent));
}
