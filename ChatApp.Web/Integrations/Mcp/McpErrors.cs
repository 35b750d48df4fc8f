using System.ComponentModel;
using System.Net.Sockets;
using System.Text.Json;
using ChatApp.Web.Integrations.Outgoing;
using ModelContextProtocol;
using ModelContextProtocol.Client;

namespace ChatApp.Web.Integrations.Mcp;

/// <summary>What went wrong with a server of tools, in words for its administrator, without anything that the server or its configuration keeps secret.</summary>
internal static class McpErrors
{
    public static string Describe(McpServerSettings settings, Exception exception) =>
        Find(settings, exception)
        ?? (settings.Command is null ? "The connection failed." : "The command ended, or does not answer as an MCP server does.");

    // What lies innermost says most.
    private static string? Find(McpServerSettings settings, Exception? exception) =>
        exception is null ? null : Find(settings, exception.InnerException) ?? Known(settings, exception);

    private static string? Known(McpServerSettings settings, Exception exception) => exception switch
    {
        ClientTransportClosedException { Details: StdioClientCompletionDetails { ExitCode: { } code } } => $"The command ended with exit code {code}.",
        ClientTransportClosedException => "The server closed the connection.",
        BlockedRequestException => exception.Message,
        HttpRequestException { StatusCode: { } status } => $"The server answers with status {(int)status}.",
        SocketException when settings.Command is not null => "The command ended.", // its standard input is closed
        HttpRequestException or SocketException => "The server cannot be reached.",
        Win32Exception { NativeErrorCode: var code } => $"The command cannot be started: {new Win32Exception(code).Message}.",
        McpProtocolException { ErrorCode: var code } => $"The server refuses (MCP error {(int)code}).",
        InvalidDataException => "The server's answer is too long.",
        OperationCanceledException or TimeoutException => "The server did not answer in time.",
        JsonException => "The server does not answer as an MCP server does.",
        _ => null,
    };
}
