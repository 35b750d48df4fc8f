using System.Text.Encodings.Web;
using System.Text.Json;
using ChatApp.Domain.Chat.Tools;

namespace ChatApp.Web.Features.Chat;

/// <summary>Writes the calls of tools for people.</summary>
internal static class ToolTexts
{
    // It is encoded once more when it is put into the page.
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Indented JSON.</summary>
    public static string Arguments(ToolCall call) => JsonSerializer.Serialize(call.Arguments, Readable);
}
