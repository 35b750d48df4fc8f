using System.Net;
using System.Net.Sockets;

namespace ChatApp.Web.Infrastructure;

/// <summary>Whom an address stands for.</summary>
public static class ClientAddress
{
    private const int IPv6SiteBytes = 8; // a site has at least a /64

    /// <summary>The address, in IPv6 its site: a client can take any address of its own site.</summary>
    public static IPAddress Site(IPAddress address)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? new([.. address.GetAddressBytes().AsSpan(0, IPv6SiteBytes), .. new byte[IPv6SiteBytes]]) : address;
    }
}
