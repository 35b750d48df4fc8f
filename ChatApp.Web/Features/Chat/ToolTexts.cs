using System.Text.Encodings.Web;
using System.Text.Json;
using ChatApp.Domain.Chat.Generation.Tools;
using ChatApp.Web.Integrations.Mcp;

namespace ChatApp.Web.Features.Chat;

/// <summary>Writes the calls of tools for people.</summary>
internal static class ToolTexts
{
    // It is encoded once more when it is put into the page.
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whose tool it is and what it is called there.</summary>
    public static string Name(ToolCall call)
    {
        // Models know a server's tools by names that begin with the server's, which needs no second mention.
        var prefix = McpFunction.PrefixOf(call.Source);
        return call.Source.Length == 0 ? call.Name : $"{call.Source}: {(call.Name.StartsWith(prefix, StringComparison.Ordinal) ? call.Name[prefix.Length..] : call.Name)}";
    }

    /// <summary>Indented JSON.</summary>
    public static string Arguments(ToolCall call) => JsonSerializer.Serialize(call.Arguments, Readable);
}
