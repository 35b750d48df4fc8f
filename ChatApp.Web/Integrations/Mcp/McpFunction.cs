using System.Text.Json;
using System.Text.RegularExpressions;
using ChatApp.Domain.Chat.Ports;
using Microsoft.Extensions.AI;
using ModelContextProtocol.Protocol;

namespace ChatApp.Web.Integrations.Mcp;

/// <summary>An MCP server's tool as a function for models.</summary>
internal sealed partial class McpFunction(McpServer server, Tool tool) : AIFunction
{
    private const int DescriptionMaxLength = 2000;
    private const int TitleMaxLength = 60;
    private const int NameMaxLength = 64;

    public override string Name { get; } = NameOf(server.Settings.Name, tool.Name);

    public override string Description { get; } = ToolText.Cut(tool.Description ?? tool.Title ?? "", DescriptionMaxLength);

    public override JsonElement JsonSchema => tool.InputSchema;

    /// <summary>The tool as it is offered to models.</summary>
    public ChatTool ToChatTool()
    {
        var title = ToolText.Line(tool.Title ?? tool.Annotations?.Title ?? tool.Name, TitleMaxLength);
        return new(this, server.Settings.Name, $"Asking {server.Settings.Name}: {title}…", RequiresApproval(server.Settings, tool));
    }

    /// <summary>
    /// Whether the user has to approve each call: as configured, otherwise unless the tool is annotated as read-only. The server's annotations are trusted,
    /// because an administrator has chosen the server.
    /// </summary>
    public static bool RequiresApproval(McpServerSettings settings, Tool tool) => settings.RuleFor(tool.Name) switch
    {
        ApprovalRule.Always => true,
        ApprovalRule.Never => false,
        ApprovalRule.Auto => tool.Annotations?.ReadOnlyHint is not true,
    };

    /// <summary>
    /// The server's name, <c>_</c> and the tool's name. The server's name contains no <c>_</c>, so that tools of two servers never have the same name.
    /// A name that had to be changed ends in a part of its hash, so that it is stable, whatever other tools there are.
    /// </summary>
    internal static string NameOf(string server, string tool)
    {
        var whole = PrefixOf(server) + NotAllowed().Replace(tool, "_");
        if (whole.Length <= NameMaxLength && !NotAllowed().IsMatch(tool))
        {
            return whole;
        }
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(tool)))[..8];
        return $"{whole[..Math.Min(whole.Length, NameMaxLength - hash.Length - 1)]}_{hash}";
    }

    /// <summary>The prefix of the names of a server's tools.</summary>
    internal static string PrefixOf(string server) => server.Replace('_', '-') + "_";

    protected override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        var result = await server.CallAsync(tool.Name, new Dictionary<string, object?>(arguments), cancellationToken);
        var text = McpResult.TextOf(result);
        return result.IsError is true ? throw new ToolException(text.Length > 0 ? text : "The tool reported an error.") : text;
    }

    [GeneratedRegex("[^a-zA-Z0-9_-]")]
    private static partial Regex NotAllowed();
}
