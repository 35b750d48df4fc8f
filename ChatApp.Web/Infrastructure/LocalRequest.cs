using System.Net;

namespace ChatApp.Web.Infrastructure;

/// <summary>Whether a request comes from a person at this machine.</summary>
public static class LocalRequest
{
    // Proxies add them, and so does the app's own middleware when it trusts a proxy (X-Original-…).
    private static readonly string[] ProxyHeaders = ["Forwarded", "Via", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP", "Client-IP"];
    private static readonly string[] ProxyPrefixes = ["X-Forwarded", "X-Original-"];

    extension(HttpContext context)
    {
        /// <summary>
        /// Whether it comes from the loopback address, through no proxy, and is addressed to this machine: a page of another site whose name was
        /// redirected to 127.0.0.1 still sends its own name as the host.
        /// </summary>
        public bool IsLocal =>
            context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
            && IsLoopback(context.Request.Host.Host)
            && !context.Request.Headers.Keys.Any(IsOfAProxy);
    }

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address);

    private static bool IsOfAProxy(string header) =>
        ProxyHeaders.Contains(header, StringComparer.OrdinalIgnoreCase) || ProxyPrefixes.Any(p => header.StartsWith(p, StringComparison.OrdinalIgnoreCase));
}
