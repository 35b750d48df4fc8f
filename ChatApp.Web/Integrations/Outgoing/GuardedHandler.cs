using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ChatApp.Web.Integrations.Outgoing;

/// <summary>How names become addresses, and which of them may be dialled.</summary>
public sealed record OutgoingNetwork(Func<string, CancellationToken, Task<IPAddress[]>> Resolve, Func<IPAddress, bool> IsPublic)
{
    public static readonly OutgoingNetwork Internet = new(Dns.GetHostAddressesAsync, PublicAddress.IsPublic);
}

/// <summary>A request was not sent, because of where it was going.</summary>
/// <param name="message">Why, for people and models.</param>
public sealed class BlockedRequestException(string message) : HttpRequestException(message);

/// <summary>
/// The only way out for requests whose address a user, a model or a page has a say in. It speaks HTTP to public addresses and to
/// <see cref="NamedHosts"/>, follows up to three redirects as carefully as the first request, and takes along nothing from the machine:
/// no proxy, no cookies, no trace.
/// </summary>
/// <remarks>
/// A name is looked up once for each connection, and what is checked is the very address that is dialled: an answer that changes in between has nothing to change.
/// </remarks>
public sealed class GuardedHandler : DelegatingHandler
{
    public const int MaxRedirects = 3;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AddressTimeout = TimeSpan.FromSeconds(4); // leaves time for another address of the same name

    // All that goes along to another origin. Keys can be in any other header.
    private static readonly HashSet<string> HarmlessHeaders = new(["Accept", "Accept-Language", "User-Agent"], StringComparer.OrdinalIgnoreCase);

    private readonly NamedHosts _named;
    private readonly OutgoingNetwork _network;

    public GuardedHandler(NamedHosts named, OutgoingNetwork network)
    {
        (_named, _network) = (named, network);
        InnerHandler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // addresses change
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
            request.Version = HttpVersion.Version11; // HTTP/3 would go past ConnectAsync
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
            request = Follow(request, Uri.TryCreate(address, location, out var next) ? next : throw new BlockedRequestException($"{address.Host} redirects to nowhere."));
        }
    }

    // What is sent with other methods was meant for the server that was named.
    private static bool IsRedirect(HttpResponseMessage response) =>
        response.RequestMessage!.Method is var method && (method == HttpMethod.Get || method == HttpMethod.Head)
        && response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private static HttpRequestMessage Follow(HttpRequestMessage request, Uri address)
    {
        var from = request.RequestUri!;
        if (from.Scheme == Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttps)
        {
            throw new BlockedRequestException($"{from.Host} redirects to an address without encryption, which is not followed.");
        }
        var isSameOrigin = (from.Scheme, from.IdnHost, from.Port) == (address.Scheme, address.IdnHost, address.Port);
        var next = new HttpRequestMessage(request.Method, address);
        foreach (var header in request.Headers.NonValidated.Where(h => isSameOrigin || HarmlessHeaders.Contains(h.Key)))
        {
            next.Headers.TryAddWithoutValidation(header.Key, (IEnumerable<string>)header.Value);
        }
        return next;
    }

    private static void Check(Uri address)
    {
        if (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps)
        {
            throw new BlockedRequestException("Only addresses that begin with http:// or https:// can be opened.");
        }
        if (address.UserInfo.Length > 0)
        {
            throw new BlockedRequestException("Addresses with a user name or password in them are not opened.");
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await _network.Resolve(host, ct);
        var allowed = _named.Contains(host, port) ? addresses : Array.FindAll(addresses, a => _network.IsPublic(a));
        if (allowed.Length == 0 && addresses.Length > 0)
        {
            throw new BlockedRequestException($"{host} is not on the public internet, so it is not opened. An administrator can name it in Tools:AllowedHosts.");
        }
        Exception? failure = null;
        foreach (var address in allowed)
        {
            try
            {
                return await DialAsync(new IPEndPoint(address, port), ct);
            }
            catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !ct.IsCancellationRequested))
            {
                failure = e;
            }
        }
        throw new HttpRequestException($"{host} cannot be reached.", failure);
    }

    private static async Task<Stream> DialAsync(IPEndPoint endpoint, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(AddressTimeout);
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endpoint, patience.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
