namespace ChatApp.Web.Integrations.Outgoing;

/// <summary>Hosts that an administrator has named, wherever they are: requests to them are let through to any address.</summary>
public sealed class NamedHosts
{
    private static readonly char[] Separators = [',', ';', ' '];

    // Port 0 stands for any port.
    private readonly HashSet<(string Host, int Port)> _hosts;

    private NamedHosts(IEnumerable<(string Host, int Port)> hosts) => _hosts = [.. hosts];

    /// <summary>Reads <c>Tools:AllowedHosts</c>: <c>host</c> for all its ports or <c>host:port</c>, as one text or as a list.</summary>
    /// <exception cref="InvalidOperationException">One of them is no host.</exception>
    public static NamedHosts From(IConfiguration configuration)
    {
        var section = configuration.GetSection("Tools:AllowedHosts");
        var names = section.Value?.Split(Separators, StringSplitOptions.RemoveEmptyEntries) ?? section.GetChildren().Select(c => c.Value ?? "");
        return new(names.Select(Read));
    }

    /// <summary>These and the host of a configured address, on its port.</summary>
    public NamedHosts With(Uri address) => new(_hosts.Append((Name(address), address.Port)));

    public bool Contains(string host, int port) => _hosts.Contains((Name(host), 0)) || _hosts.Contains((Name(host), port));

    private static (string Host, int Port) Read(string text)
    {
        // With a scheme of which no port is known, a port is there only if it was written.
        var isHost = Uri.TryCreate($"host://{text}", UriKind.Absolute, out var address) && address.PathAndQuery is "" or "/" && address.UserInfo.Length == 0;
        return isHost && Uri.TryCreate($"http://{text}", UriKind.Absolute, out var http)
            ? (Name(http), Math.Max(address!.Port, 0))
            : throw new InvalidOperationException($"Tools:AllowedHosts: “{text}” is not a host, e.g. wiki.example.com or 10.0.0.5:8080.");
    }

    private static string Name(Uri address) => Name(address.IdnHost);

    private static string Name(string host) => host.Trim('[', ']').TrimEnd('.').ToLowerInvariant();
}
