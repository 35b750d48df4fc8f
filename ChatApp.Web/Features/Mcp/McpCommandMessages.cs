using System.Text.Json;
using ChatApp.Web.Features.LiveState;
using ChatApp.Web.Integrations.Mcp;
using FluentValidation;

namespace ChatApp.Web.Features.Mcp;

/// <summary>What is wanted of the servers of tools.</summary>
/// <param name="Command"><c>list_servers</c>, <c>list_tools</c> or <c>call_tool</c>.</param>
/// <param name="Args">What the command is about.</param>
/// <param name="SessionId">A session to be made if there is none of this name, as with the other routes of this family.</param>
/// <example>{"command": "call_tool", "args": {"server": "files", "tool": "list_directory", "arguments": {"path": "/srv/shared"}}}</example>
public sealed record McpCommandRequest(string? Command, McpCommandArgs? Args, string? SessionId)
{
    public const string ListServers = "list_servers";
    public const string ListTools = "list_tools";
    public const string CallTool = "call_tool";
}

/// <param name="Server">A server's name; may be left out where only one has the tool.</param>
/// <param name="Tool">A tool, as its server calls it or as models do.</param>
/// <param name="Arguments">The tool's arguments, an object.</param>
public sealed record McpCommandArgs(string? Server, string? Tool, JsonElement? Arguments);

/// <param name="Success">Whether it was done.</param>
/// <param name="Message">What happened, for people.</param>
/// <param name="Data">What was asked for.</param>
public sealed record McpCommandResponse(bool Success, string Message, object? Data);

/// <param name="Name">The server's name.</param>
/// <param name="Status">How far its connection is. A server is connected when it is first needed.</param>
/// <param name="ToolCount">How many tools it offers, if it is connected.</param>
public sealed record McpServerItem(string Name, McpServerStatus Status, int? ToolCount);

public sealed record McpServerList(IReadOnlyList<McpServerItem> Servers);

/// <param name="Server">Whose tool it is.</param>
/// <param name="Name">What its server calls it.</param>
/// <param name="FullName">What models call it.</param>
/// <param name="Description">What it does, as its server says.</param>
/// <param name="InputSchema">The JSON Schema of its arguments.</param>
/// <param name="RequiresApproval">Whether a user must approve a model's call of it.</param>
public sealed record McpToolItem(string Server, string Name, string FullName, string? Description, JsonElement InputSchema, [property: JsonPropertyName("asks_first")] bool RequiresApproval);

public sealed record McpToolList(IReadOnlyList<McpToolItem> Tools);

/// <param name="Server">Whose tool it was.</param>
/// <param name="Tool">What its server calls it.</param>
/// <param name="Content">The result as a text.</param>
/// <param name="StructuredContent">The result as JSON, if the tool gives one.</param>
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
