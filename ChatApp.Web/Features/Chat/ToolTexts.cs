using System.Text.Encodings.Web;
using System.Text.Json;
using ChatApp.Domain.Chat.Generation.Tools;
using ChatApp.Web.Integrations.Mcp;

namespace ChatApp.Web.Features.Chat;

/// <summary>Describes tool calls to people.</summary>
internal static class ToolTexts
{
    // Razor encodes it for HTML.
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The tool's source and its name there.</summary>
    public static string Name(ToolCall call) => call.Source.Length == 0 ? call.Name : $"{call.Source}: {ShortName(call)}";

    /// <summary>The tool's name without the prefix for its server.</summary>
    public static string ShortName(ToolCall call)
    {
        var prefix = McpFunction.PrefixOf(call.Source);
        return call.Source.Length > 0 && call.Name.StartsWith(prefix, StringComparison.Ordinal) ? call.Name[prefix.Length..] : call.Name;
    }

    /// <summary>Indented JSON.</summary>
    public static string Arguments(ToolCall call) => JsonSerializer.Serialize(call.Arguments, Readable);
}
