using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ChatApp.Web.Integrations.Outgoing;

/// <summary>Resolves host names and decides which addresses are public.</summary>
public sealed record OutgoingNetwork(Func<string, CancellationToken, Task<IPAddress[]>> Resolve, Func<IPAddress, bool> IsPublic)
{
    public static readonly OutgoingNetwork Internet = new(Dns.GetHostAddressesAsync, PublicAddress.IsPublic);
}

/// <summary>A request was blocked because of its address.</summary>
/// <param name="message">The reason, for users and models.</param>
public sealed class BlockedRequestException(string message) : HttpRequestException(message);

/// <summary>
/// Sends every request whose address a user, a model or a page can influence. It connects to public addresses and to
/// <see cref="AllowedHosts"/> over HTTP, checks each of up to three redirects like the first request, and sends nothing of the machine's: no proxy
/// settings, cookies or trace headers.
/// </summary>
/// <remarks>
/// A name is resolved once per connection, and the address that is checked is the one that is connected to, which prevents DNS rebinding.
/// </remarks>
public sealed class GuardedHandler : DelegatingHandler
{
    public const int MaxRedirects = 3;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AddressTimeout = TimeSpan.FromSeconds(4); // leaves time to try the name's other addresses

    // The only headers sent to another origin: any other can contain a key.
    private static readonly HashSet<string> CrossOriginHeaders = new(["Accept", "Accept-Language", "User-Agent"], StringComparer.OrdinalIgnoreCase);

    private readonly AllowedHosts _allowed;
    private readonly OutgoingNetwork _network;

    public GuardedHandler(AllowedHosts allowed, OutgoingNetwork network)
    {
        (_allowed, _network) = (allowed, network);
        InnerHandler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // so that DNS changes are noticed
            AutomaticDecompression = DecompressionMethods.All,
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
            ConnectCallback = ConnectAsync,
        };
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        for (var redirects = 0; ; redirects++)
        {
            var address = request.RequestUri!;
            Check(address);
            request.Version = HttpVersion.Version11; // HTTP/3 would bypass ConnectAsync
            request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
            var response = await base.SendAsync(request, cancellationToken);
            if (!IsRedirect(response) || response.Headers.Location is not { } location)
            {
                return response;
            }
            response.Dispose();
            if (redirects == MaxRedirects)
            {
                throw new BlockedRequestException($"{address.Host} redirects more than {MaxRedirects} times.");
            }
            request = Follow(request, Uri.TryCreate(address, location, out var next) ? next : throw new BlockedRequestException($"{address.Host} redirects to an invalid address."));
        }
    }

    // Other methods may send data that is meant only for the first server.
    private static bool IsRedirect(HttpResponseMessage response) =>
        response.RequestMessage!.Method is var method && (method == HttpMethod.Get || method == HttpMethod.Head)
        && response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private static HttpRequestMessage Follow(HttpRequestMessage request, Uri address)
    {
        var from = request.RequestUri!;
        if (from.Scheme == Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttps)
        {
            throw new BlockedRequestException($"{from.Host} redirects to an unencrypted address, which is not followed.");
        }
        var isSameOrigin = (from.Scheme, from.IdnHost, from.Port) == (address.Scheme, address.IdnHost, address.Port);
        var next = new HttpRequestMessage(request.Method, address);
        foreach (var header in request.Headers.NonValidated.Where(h => isSameOrigin || CrossOriginHeaders.Contains(h.Key)))
        {
            next.Headers.TryAddWithoutValidation(header.Key, (IEnumerable<string>)header.Value);
        }
        return next;
    }

    private static void Check(Uri address)
    {
        if (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps)
        {
            throw new BlockedRequestException("Only http:// and https:// addresses can be opened.");
        }
        if (address.UserInfo.Length > 0)
        {
            throw new BlockedRequestException("Addresses with a user name or password cannot be opened.");
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await _network.Resolve(host, ct);
        var permitted = _allowed.Contains(host, port) ? addresses : Array.FindAll(addresses, a => _network.IsPublic(a));
        if (permitted.Length == 0 && addresses.Length > 0)
        {
            throw new BlockedRequestException($"{host} is not on the public internet. An administrator can allow it with Tools:AllowedHosts.");
        }
        Exception? failure = null;
        foreach (var address in permitted)
        {
            try
            {
                return await ConnectToAsync(new IPEndPoint(address, port), ct);
            }
            catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !ct.IsCancellationRequested))
            {
                failure = e;
            }
        }
        throw new HttpRequestException($"{host} could not be reached.", failure);
    }

    private static async Task<Stream> ConnectToAsync(IPEndPoint endpoint, CancellationToken ct)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(AddressTimeout);
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endpoint, timeout.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
