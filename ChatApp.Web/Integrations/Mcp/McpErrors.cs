using System.ComponentModel;
using System.Net.Sockets;
using System.Text.Json;
using ChatApp.Web.Integrations.Mcp.Stdio;
using ChatApp.Web.Integrations.Outgoing;
using ModelContextProtocol;
using ModelContextProtocol.Client;

namespace ChatApp.Web.Integrations.Mcp;

/// <summary>Describes an MCP server's failures for administrators, without secrets of the server or its configuration.</summary>
internal static class McpErrors
{
    public static string Describe(McpServerSettings settings, Exception exception) =>
        Find(settings, exception)
        ?? (settings.Command is null ? "The connection failed." : "The command ended or is not an MCP server.");

    /// <summary>Whether a response exceeded the limit.</summary>
    public static bool IsTooLong(Exception? exception) => exception is not null
        && (exception is InvalidDataException or McpProtocolException { ErrorCode: (McpErrorCode)MessageReader.TooLong } || IsTooLong(exception.InnerException));

    /// <summary>Whether the connection is lost, rather than a single request.</summary>
    public static bool IsLost(Exception exception) => exception is ClientTransportClosedException or IOException or SocketException or ObjectDisposedException;

    // The innermost exception is the most specific.
    private static string? Find(McpServerSettings settings, Exception? exception) =>
        exception is null ? null : Find(settings, exception.InnerException) ?? Known(settings, exception);

    private static string? Known(McpServerSettings settings, Exception exception) => exception switch
    {
        ClientTransportClosedException { Details: StdioClientCompletionDetails { ExitCode: { } code } } => $"The command ended with exit code {code}.",
        ClientTransportClosedException => "The server closed the connection.",
        BlockedRequestException => exception.Message,
        HttpRequestException { StatusCode: { } status } => $"The server responded with status {(int)status}.",
        SocketException when settings.Command is not null => "The command ended.", // which closed its standard input
        HttpRequestException or SocketException => "The server could not be reached.",
        Win32Exception { NativeErrorCode: var code } => $"The command could not be started: {new Win32Exception(code).Message}.",
        _ when IsTooLong(exception) => "The server's response is too long.",
        McpProtocolException { ErrorCode: var code } => $"The server rejected the request (MCP error {(int)code}).",
        OperationCanceledException or TimeoutException => "The server did not respond in time.",
        JsonException => "The server is not an MCP server.",
        _ => null,
    };
}
