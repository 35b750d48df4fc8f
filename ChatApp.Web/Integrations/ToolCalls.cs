using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace ChatApp.Web.Integrations;

/// <summary>What all providers understand alike about tools, and where they differ from <see cref="FunctionCallContent"/> and its kin.</summary>
internal static class ToolCalls
{
    /// <summary>A model's call. Arguments that are no JSON object leave it with an <see cref="FunctionCallContent.Exception"/>, for which the model can be asked again.</summary>
    public static FunctionCallContent Parse(string id, string name, string arguments) =>
        FunctionCallContent.CreateFromParsedArguments(arguments, id, name, static json => string.IsNullOrWhiteSpace(json)
            ? new Dictionary<string, object?>()
            : JsonSerializer.Deserialize<Dictionary<string, object?>>(json));

    /// <summary>The result as models get it: text as it is, anything else as JSON.</summary>
    public static string ResultText(FunctionResultContent result) => result.Result switch
    {
        null => "",
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } text => text.GetString()!,
        var value => JsonSerializer.Serialize(value),
    };

    /// <summary>The tool's parameters. Providers insist on an object that lists its properties, also where there are none; servers of tools may leave that out.</summary>
    public static JsonObject Parameters(AIFunctionDeclaration tool)
    {
        var schema = JsonSerializer.SerializeToNode(tool.JsonSchema) as JsonObject ?? [];
        schema["type"] = "object";
        schema["properties"] ??= new JsonObject();
        return schema;
    }

    /// <summary>Whether the history already has calls in it: then the model must be told of tools to understand it.</summary>
    public static bool AreIn(IEnumerable<ChatMessage> messages) => messages.Any(m => m.Contents.Any(c => c is FunctionCallContent or FunctionResultContent));
}
