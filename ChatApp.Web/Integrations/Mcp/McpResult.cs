using System.Text;
using System.Text.Json;
using ModelContextProtocol.Protocol;

namespace ChatApp.Web.Integrations.Mcp;

/// <summary>A tool's result as text, for models and users.</summary>
internal static class McpResult
{
    /// <summary>The maximum length of the text, in UTF-16 code units.</summary>
    public const int MaxLength = 100_000;

    public static string TextOf(CallToolResult result)
    {
        var text = new StringBuilder();
        foreach (var block in result.Content)
        {
            text.Append(text.Length > 0 ? "\n" : "").Append(TextOf(block));
        }
        return ToolText.Cut(text.Length == 0 && result.StructuredContent is { } json ? json.GetRawText() : text.ToString(), MaxLength);
    }

    /// <summary>The result as JSON; null if there is none or it is longer than <see cref="MaxLength"/>.</summary>
    public static JsonElement? StructuredOf(CallToolResult result) =>
        result.StructuredContent is { } json && json.GetRawText().Length <= MaxLength ? json : null;

    // Models get only text; other content is replaced by a note.
    private static string TextOf(ContentBlock block) => block switch
    {
        TextContentBlock text => text.Text,
        EmbeddedResourceBlock { Resource: TextResourceContents text } => text.Text,
        EmbeddedResourceBlock { Resource: var resource } => $"[File not shown: {Describe(resource.Uri, resource.MimeType)}]",
        ResourceLinkBlock link => $"[Link: {Describe(link.Uri, link.Name)}]",
        ImageContentBlock image => $"[Image not shown: {ToolText.Line(image.MimeType, 100)}]",
        AudioContentBlock audio => $"[Audio not shown: {ToolText.Line(audio.MimeType, 100)}]",
        _ => $"[Content not shown: {ToolText.Line(block.Type, 100)}]",
    };

    private static string Describe(string uri, string? detail) => ToolText.Line(detail is null ? uri : $"{uri} ({detail})", 500);
}
