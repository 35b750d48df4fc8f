using System.Net;
using System.Net.Sockets;
using System.Security.Claims;
using ChatApp.Data.Security;

namespace ChatApp.Web.Infrastructure;

/// <summary>Who and where the current request comes from, for services that do not know HTTP.</summary>
public sealed class RequestOrigin(IHttpContextAccessor accessor) : IRequestOrigin
{
    private const int IPv6SiteBytes = 8; // a site has at least a /64

    public Guid? UserId => Guid.TryParse(accessor.HttpContext?.User.FindFirstValue(ClaimTypes.NameIdentifier), out var id) ? id : null;

    public Guid? LoginId => Guid.TryParse(accessor.HttpContext?.User.FindFirstValue(CurrentUser.LoginIdClaim), out var id) ? id : null;

    public string? Address => accessor.HttpContext is { } http ? AddressOf(http).ToString() : null;

    public string? Network => accessor.HttpContext is { } http ? NetworkOf(http) : null;

    public string? UserAgent => accessor.HttpContext?.Request.Headers.UserAgent is [{ Length: > 0 } agent, ..] ? agent : null;

    /// <summary>The client's network: the address, or an IPv6 site.</summary>
    public static string NetworkOf(HttpContext http)
    {
        var address = AddressOf(http);
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, IPv6SiteBytes)) : address.ToString();
    }

    private static IPAddress AddressOf(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress ?? IPAddress.None;
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }
}
