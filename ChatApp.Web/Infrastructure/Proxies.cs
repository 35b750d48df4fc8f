using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace ChatApp.Web.Infrastructure;

/// <summary>
/// The client's address and scheme behind proxies. Only what known proxies say is believed: limits, the security log and the cookie's name rely on it, and
/// anybody can send the headers.
/// </summary>
public static class Proxies
{
    private const string Setting = "Proxies:Known";

    // ASP.NET Core's own switch, which by itself would trust every client.
    private const string FrameworkSwitch = "ForwardedHeaders_Enabled";

    private static readonly char[] Separators = [',', ';', ' '];

    /// <exception cref="InvalidOperationException">The setting is invalid.</exception>
    public static void AddKnownProxies(this IServiceCollection services, IConfiguration configuration)
    {
        var known = Read(configuration);
        services.PostConfigure<ForwardedHeadersOptions>(o => // after the framework's, which clears the lists
        {
            o.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            o.ForwardLimit = null; // as many proxies as are known, one behind the other
            o.KnownProxies.Clear();
            o.KnownIPNetworks.Clear();
            known.ForEach(o.KnownIPNetworks.Add);
        });
    }

    /// <summary>Reads the headers, if there are known proxies. Before everything that asks for the address.</summary>
    public static void UseKnownProxies(this WebApplication app)
    {
        if (Read(app.Configuration).Count > 0)
        {
            app.UseForwardedHeaders();
        }
    }

    private static List<IPNetwork> Read(IConfiguration configuration)
    {
        var known = configuration[Setting]?.Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        if (known.Length == 0 && string.Equals(configuration[FrameworkSwitch], "true", StringComparison.OrdinalIgnoreCase))
        {
            known = ["127.0.0.0/8", "::1"];
        }
        return [.. known.Select(Read)];
    }

    private static IPNetwork Read(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new(address, address.GetAddressBytes().Length * 8)
        : throw new InvalidOperationException($"{Setting}: “{text}” is not an address or a network, e.g. 10.0.0.5 or 10.0.0.0/24.");
}
