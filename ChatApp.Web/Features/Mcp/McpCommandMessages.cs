using System.Text.Json;
using System.Text.Json.Serialization;
using ChatApp.Web.Features.LiveState;
using ChatApp.Web.Integrations.Mcp;
using FluentValidation;

namespace ChatApp.Web.Features.Mcp;

/// <summary>A command for the MCP servers.</summary>
/// <param name="Command"><c>list_servers</c>, <c>list_tools</c> or <c>call_tool</c>.</param>
/// <param name="Args">The command's arguments.</param>
/// <param name="SessionId">A session, created if there is none with this name, as on the related routes.</param>
/// <example>{"command": "call_tool", "args": {"server": "files", "tool": "list_directory", "arguments": {"path": "/srv/shared"}}}</example>
public sealed record McpCommandRequest(string? Command, McpCommandArgs? Args, string? SessionId)
{
    public const string ListServers = "list_servers";
    public const string ListTools = "list_tools";
    public const string CallTool = "call_tool";
}

/// <param name="Server">A server's name; optional if only one has the tool.</param>
/// <param name="Tool">A tool, by its server's name for it or the models'.</param>
/// <param name="Arguments">The tool's arguments, an object.</param>
public sealed record McpCommandArgs(string? Server, string? Tool, JsonElement? Arguments);

/// <param name="Success">Whether it succeeded.</param>
/// <param name="Message">What happened, for people.</param>
/// <param name="Data">The result.</param>
public sealed record McpCommandResponse(bool Success, string Message, object? Data);

/// <param name="Name">The server's name.</param>
/// <param name="Status">The state of its connection. Servers are connected when first needed.</param>
/// <param name="ToolCount">How many tools it offers, if it is connected.</param>
public sealed record McpServerItem(string Name, McpServerStatus Status, int? ToolCount);

public sealed record McpServerList(IReadOnlyList<McpServerItem> Servers);

/// <param name="Server">The tool's server.</param>
/// <param name="Name">What its server calls it.</param>
/// <param name="FullName">What models call it.</param>
/// <param name="Description">What it does, as its server says.</param>
/// <param name="InputSchema">The JSON Schema of its arguments.</param>
/// <param name="RequiresApproval">Whether a user must approve each call of it.</param>
public sealed record McpToolItem(string Server, string Name, string FullName, string? Description, JsonElement InputSchema, [property: JsonPropertyName("asks_first")] bool RequiresApproval);

public sealed record McpToolList(IReadOnlyList<McpToolItem> Tools);

/// <param name="Server">The tool's server.</param>
/// <param name="Tool">What its server calls it.</param>
/// <param name="Content">The result as a text.</param>
/// <param name="StructuredContent">The result as JSON, if the tool returns one.</param>
public sealed record McpToolResult(string Server, string Tool, string Content, JsonElement? StructuredContent);

internal sealed class McpCommandRequestValidator : AbstractValidator<McpCommandRequest>
{
    private static readonly string[] Commands = [McpCommandRequest.ListServers, McpCommandRequest.ListTools, McpCommandRequest.CallTool];

    public McpCommandRequestValidator()
    {
        RuleFor(r => r.Command).Must(c => Commands.Contains(c)).WithMessage($"The command is one of {string.Join(", ", Commands)}.");
        RuleFor(r => r.Args == null ? null : r.Args.Tool).NotEmpty().When(r => r.Command == McpCommandRequest.CallTool)
            .OverridePropertyName("args.tool").WithMessage("Name the tool to call.");
        RuleFor(r => r.Args == null ? null : r.Args.Arguments).Must(a => a is null or { ValueKind: JsonValueKind.Object or JsonValueKind.Null })
            .OverridePropertyName("args.arguments").WithMessage("The arguments are a JSON object.");
        RuleFor(r => r.SessionId).NamedSession();
    }
}
