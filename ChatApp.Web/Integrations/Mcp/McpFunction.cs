using System.Text.Json;
using System.Text.RegularExpressions;
using ChatApp.Domain.Chat.Ports;
using Microsoft.Extensions.AI;
using ModelContextProtocol.Protocol;

namespace ChatApp.Web.Integrations.Mcp;

/// <summary>A server's tool as models call it.</summary>
internal sealed partial class McpFunction(McpConnection connection, Tool tool) : AIFunction
{
    private const int DescriptionMaxLength = 2000;
    private const int TitleMaxLength = 60;
    private const int NameMaxLength = 64;

    public override string Name { get; } = NameOf(connection.Settings.Name, tool.Name);

    public override string Description { get; } = ToolText.Cut(tool.Description ?? tool.Title ?? "", DescriptionMaxLength);

    public override JsonElement JsonSchema => tool.InputSchema;

    /// <summary>The tool as a model is offered it.</summary>
    public ChatTool ToChatTool()
    {
        var title = ToolText.Line(tool.Title ?? tool.Annotations?.Title ?? tool.Name, TitleMaxLength);
        return new(this, connection.Settings.Name, $"Asking {connection.Settings.Name}: {title}…", RequiresApproval(connection.Settings, tool));
    }

    /// <summary>
    /// Whether users are asked before the tool runs: as configured, else unless it is known to only read. What a server says of its tools is believed,
    /// since an administrator has chosen it.
    /// </summary>
    public static bool RequiresApproval(McpServerSettings settings, Tool tool) => settings.RuleFor(tool.Name) switch
    {
        ApprovalRule.Always => true,
        ApprovalRule.Never => false,
        ApprovalRule.Auto => tool.Annotations?.ReadOnlyHint is not true,
    };

    /// <summary>
    /// The server's name and the tool's, with <c>_</c> between them and nowhere before, so that tools of two servers never have the same name. A name
    /// that had to be changed ends in a part of its hash, so that it is the same one tomorrow, whatever other tools there are.
    /// </summary>
    internal static string NameOf(string server, string tool)
    {
        var whole = PrefixOf(server) + Others().Replace(tool, "_");
        if (whole.Length <= NameMaxLength && !Others().IsMatch(tool))
        {
            return whole;
        }
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(tool)))[..8];
        return $"{whole[..Math.Min(whole.Length, NameMaxLength - hash.Length - 1)]}_{hash}";
    }

    /// <summary>What the names of all tools of a server begin with.</summary>
    internal static string PrefixOf(string server) => server.Replace('_', '-') + "_";

    protected override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        var result = await connection.CallAsync(tool.Name, new Dictionary<string, object?>(arguments), cancellationToken);
        var text = McpResult.TextOf(result);
        return result.IsError is true ? throw new ToolException(text.Length > 0 ? text : "The tool reports an error.") : text;
    }

    [GeneratedRegex("[^a-zA-Z0-9_-]")]
    private static partial Regex Others();
}
