using System.Diagnostics.CodeAnalysis;
using ChatApp.Web.Integrations.Mcp.Stdio;
using ChatApp.Web.Integrations.Outgoing;
using ModelContextProtocol.Client;

namespace ChatApp.Web.Integrations.Mcp;

/// <summary>Creates the transports to MCP servers.</summary>
/// <param name="allowedHosts">Hosts that may have private addresses, to which the server's own host is added.</param>
/// <param name="network">Resolves names and decides which addresses are public.</param>
public sealed class McpTransports(AllowedHosts allowedHosts, OutgoingNetwork network)
{
    // Of all events in the response to one request.
    private const long MaxResponse = 16L * ResponseLimitHandler.MaxLength;

    /// <param name="settings">The server's configuration.</param>
    /// <param name="onOutput">Receives the lines that a command writes to its standard error.</param>
    public IClientTransport Create(McpServerSettings settings, Action<string> onOutput) =>
        settings.Url is { } url ? Http(settings, url) : new CommandTransport(settings, onOutput);

    [SuppressMessage("Reliability", "CA2000", Justification = "The transport disposes of its client, and that of its handlers.")]
    private HttpClientTransport Http(McpServerSettings settings, Uri url)
    {
        var handler = new ResponseLimitHandler(new GuardedHandler(allowedHosts.With(url), network), () => new InvalidDataException("The response is too long."), MaxResponse);
        var http = new HttpClient(handler) { Timeout = settings.ConnectTimeout + settings.CallTimeout }; // for requests that no caller waits for
        return new(
            new()
            {
                Name = settings.Name,
                Endpoint = url,
                TransportMode = HttpTransportMode.StreamableHttp,
                AdditionalHeaders = settings.Headers.ToDictionary(),
                EnableStandaloneGetStream = false, // the app expects no unsolicited messages
            },
            http, loggerFactory: null, ownsHttpClient: true);
    }
}
