namespace ChatApp.Web.Integrations.Outgoing;

/// <summary>Hosts that an administrator has allowed: requests to them may go to any address, also a private one.</summary>
public sealed class AllowedHosts
{
    private static readonly char[] Separators = [',', ';', ' '];

    // Port 0 means any port.
    private readonly HashSet<(string Host, int Port)> _hosts;

    private AllowedHosts(IEnumerable<(string Host, int Port)> hosts) => _hosts = [.. hosts];

    /// <summary>Reads <c>Tools:AllowedHosts</c>: <c>host</c> for all of its ports or <c>host:port</c>, as one value or as a list.</summary>
    /// <exception cref="InvalidOperationException">A value is not a host.</exception>
    public static AllowedHosts From(IConfiguration configuration)
    {
        var section = configuration.GetSection("Tools:AllowedHosts");
        var names = section.Value?.Split(Separators, StringSplitOptions.RemoveEmptyEntries) ?? section.GetChildren().Select(c => c.Value ?? "");
        return new(names.Select(Read));
    }

    /// <summary>Adds the host of a configured address, with its port.</summary>
    public AllowedHosts With(Uri address) => new(_hosts.Append((Name(address), address.Port)));

    public bool Contains(string host, int port) => _hosts.Contains((Name(host), 0)) || _hosts.Contains((Name(host), port));

    private static (string Host, int Port) Read(string text)
    {
        // A scheme without a default port tells whether a port is given.
        var isHost = Uri.TryCreate($"host://{text}", UriKind.Absolute, out var address) && address.PathAndQuery is "" or "/" && address.UserInfo.Length == 0;
        return isHost && Uri.TryCreate($"http://{text}", UriKind.Absolute, out var http)
            ? (Name(http), Math.Max(address!.Port, 0))
            : throw new InvalidOperationException($"Tools:AllowedHosts: “{text}” is not a host, e.g. wiki.example.com or 10.0.0.5:8080.");
    }

    private static string Name(Uri address) => Name(address.IdnHost);

    private static string Name(string host) => host.Trim('[', ']').TrimEnd('.').ToLowerInvariant();
}
