using System.Diagnostics.CodeAnalysis;
using ChatApp.Web.Integrations.Outgoing;
using ModelContextProtocol.Client;

namespace ChatApp.Web.Integrations.Mcp;

/// <summary>Makes the way to a server of tools.</summary>
/// <param name="named">Hosts that may be anywhere; a configured server's is one of them.</param>
/// <param name="network">Names and addresses.</param>
public sealed class McpTransports(NamedHosts named, OutgoingNetwork network)
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(1);

    /// <param name="settings">The server.</param>
    /// <param name="onOutput">Gets what a command writes to its standard error.</param>
    public IClientTransport Create(McpServerSettings settings, Action<string> onOutput) =>
        settings.Url is { } url ? Http(settings, url) : Stdio(settings, onOutput);

    private static StdioClientTransport Stdio(McpServerSettings settings, Action<string> onOutput)
    {
        // The app's own environment has its keys and passwords.
        var environment = StdioClientTransportOptions.GetDefaultEnvironmentVariables();
        foreach (var (name, value) in settings.Environment)
        {
            environment[name] = value;
        }
        return new(new()
        {
            Name = settings.Name,
            Command = settings.Command!,
            Arguments = [.. settings.Arguments],
            WorkingDirectory = settings.WorkingDirectory,
            InheritEnvironmentVariables = false,
            EnvironmentVariables = environment!,
            ShutdownTimeout = ShutdownTimeout,
            StandardErrorLines = onOutput,
        });
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The transport disposes of its client, and that of its handlers.")]
    private HttpClientTransport Http(McpServerSettings settings, Uri url)
    {
        var handler = new BoundedAnswers(new GuardedHandler(named.With(url), network), () => new InvalidDataException("The answer is too long."));
        var http = new HttpClient(handler) { Timeout = settings.ConnectTimeout + settings.CallTimeout }; // for what the callers do not wait for
        return new(
            new()
            {
                Name = settings.Name,
                Endpoint = url,
                TransportMode = HttpTransportMode.StreamableHttp,
                AdditionalHeaders = settings.Headers.ToDictionary(),
                EnableStandaloneGetStream = false, // nothing is expected that was not asked for
            },
            http, loggerFactory: null, ownsHttpClient: true);
    }
}
