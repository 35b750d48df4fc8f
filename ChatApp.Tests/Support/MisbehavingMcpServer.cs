using ChatApp.Domain.Chat.Ports;
using ChatApp.Web.Integrations.Mcp;
using ChatApp.Web.Integrations.Outgoing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using ModelContextProtocol.Protocol;

namespace ChatApp.Tests.Support;

/// <summary>A real command that responds too long, never, too often or wrongly, as a test asks it to.</summary>
internal sealed class MisbehavingMcpServer : IAsyncDisposable
{
    public MisbehavingMcpServer(TimeSpan? callTimeout = null)
    {
        var script = Repository.PathOf("ChatApp.Tests", "Support", "misbehaving-mcp-server.mjs");
        var settings = new McpServerSettings { Name = "x", Command = "node", Arguments = [script], CallTimeout = callTimeout ?? Eventually.Patience };
        var transports = new McpTransports(AllowedHosts.From(new ConfigurationBuilder().Build()), OutgoingNetwork.Internet);
        Server = new(settings, transports, TimeProvider.System, () => { }, NullLogger<McpServer>.Instance);
    }

    public McpServer Server { get; }

    /// <summary>Calls a tool and returns its text.</summary>
    public async Task<string> CallAsync(string tool, params (string Name, object Value)[] arguments)
    {
        var result = await Server.CallAsync(tool, arguments.ToDictionary(a => a.Name, a => (object?)a.Value), CancellationToken.None);
        return ((TextContentBlock)result.Content[0]).Text;
    }

    public Task<string> EchoAsync(string message = "hello") => CallAsync("echo", ("message", message));

    /// <summary>The message with which a call fails; null if it succeeds.</summary>
    public static async Task<string?> FailureOf(Task<string> call)
    {
        try
        {
            await call;
            return null;
        }
        catch (ToolException e)
        {
            return e.Message;
        }
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
