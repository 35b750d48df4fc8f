using ModelContextProtocol.Protocol;

namespace ChatApp.Web.Integrations.Mcp;

/// <summary>What a tool returned, as a text for models and people.</summary>
internal static class McpResult
{
    /// <summary>The longest text that is made of a result, in UTF-16 units.</summary>
    public const int MaxLength = 100_000;

    public static string TextOf(CallToolResult result)
    {
        var text = string.Join('\n', result.Content.Select(TextOf));
        return ToolText.Cut(text.Length == 0 && result.StructuredContent is { } json ? json.GetRawText() : text, MaxLength);
    }

    // Models are sent texts only; of everything else they are told that it is there.
    private static string TextOf(ContentBlock block) => block switch
    {
        TextContentBlock text => text.Text,
        EmbeddedResourceBlock { Resource: TextResourceContents text } => text.Text,
        EmbeddedResourceBlock { Resource: var resource } => $"[A file that is not shown: {Called(resource.Uri, resource.MimeType)}]",
        ResourceLinkBlock link => $"[A link: {Called(link.Uri, link.Name)}]",
        ImageContentBlock image => $"[An image that is not shown: {ToolText.Line(image.MimeType, 100)}]",
        AudioContentBlock audio => $"[A recording that is not shown: {ToolText.Line(audio.MimeType, 100)}]",
        _ => $"[Something that is not shown: {ToolText.Line(block.Type, 100)}]",
    };

    private static string Called(string uri, string? what) => ToolText.Line(what is null ? uri : $"{uri} ({what})", 500);
}
