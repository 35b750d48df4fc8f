using System.Net;
using System.Net.Sockets;

namespace ChatApp.Web.Integrations.Outgoing;

/// <summary>Tells whether an address is on the public internet: not in IANA's special-purpose address registries.</summary>
public static class PublicAddress
{
    private static readonly IPNetwork[] SpecialV4 =
    [
        .. new[]
        {
            "0.0.0.0/8", // this network
            "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", // private
            "100.64.0.0/10", // carriers' NAT
            "127.0.0.0/8", // loopback
            "168.63.129.16/32", // Azure's wire server, reachable from every virtual machine there
            "169.254.0.0/16", // link-local, with the metadata of most clouds
            "192.0.0.0/24", "192.88.99.0/24", // protocol assignments, relays of 6to4
            "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", // documentation
            "198.18.0.0/15", // benchmarks
            "224.0.0.0/4", "240.0.0.0/4", // multicast, reserved, broadcast
        }.Select(n => IPNetwork.Parse(n)),
    ];

    // Everything public is in 2000::/3. Outside are loopback, link-local and unique local addresses, multicast, and the IPv4 addresses that are
    // mapped (::ffff:0:0/96), translated (::ffff:0:0:0/96, 64:ff9b::/96, 64:ff9b:1::/48) or compatible (::/96).
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] SpecialV6 =
    [
        .. new[]
        {
            "2001::/23", // protocol assignments, with Teredo
            "2001:db8::/32", "3fff::/20", // documentation
            "2002::/16", // 6to4
        }.Select(n => IPNetwork.Parse(n)),
    ];

    public static bool IsPublic(IPAddress address) => address.AddressFamily switch
    {
        AddressFamily.InterNetwork => !Array.Exists(SpecialV4, n => n.Contains(address)),
        // IPNetwork treats a mapped address as IPv4 and so finds ::ffff:10.0.0.1 in 2000::/3 (.NET 10.0).
        AddressFamily.InterNetworkV6 => !address.IsIPv4MappedToIPv6
            && GlobalUnicast.Contains(address) && !Array.Exists(SpecialV6, n => n.Contains(address)) && !IsIsatap(address),
        _ => false,
    };

    // RFC 5214: in any network, an interface identifier can be 0000:5efe or 0200:5efe and an IPv4 address.
    private static bool IsIsatap(IPAddress address) => address.GetAddressBytes() is [_, _, _, _, _, _, _, _, 0 or 2, 0, 0x5e, 0xfe, ..];
}
