using System.Net.Http.Headers;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Models;

namespace ChatApp.Web.Integrations;

/// <summary>HTTP connections to model providers, whose addresses only the operator configures.</summary>
internal static class ProviderHttp
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Creates the client for one provider, for as long as the app runs. The size of responses is limited.</summary>
    /// <param name="endpoint">The provider's address.</param>
    /// <param name="outer">A handler for every response.</param>
    public static HttpClient Create(Uri endpoint, DelegatingHandler? outer = null)
    {
        var connections = new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10), // so that DNS changes are noticed
            AllowAutoRedirect = false, // the key must not go to another address
            UseCookies = false,
            UseProxy = !endpoint.IsLoopback, // a proxy's "localhost" is another machine
        };
        var limited = new ResponseLimitHandler(connections, () => new ModelException(ReplyErrorCode.InvalidResponse, "The model server's response was too long."));
        var joined = new SurrogateJoiningHandler(limited);
        if (outer is not null)
        {
            outer.InnerHandler = joined;
        }
        return new(outer ?? joined) { Timeout = Timeout.InfiniteTimeSpan }; // a timeout would end long streams
    }

    /// <summary>Parses a <c>Retry-After</c> header: how long to wait before a retry.</summary>
    public static TimeSpan? RetryAfter(string? header, DateTimeOffset now)
    {
        if (!RetryConditionHeaderValue.TryParse(header, out var value))
        {
            return null;
        }
        var wait = value.Delta ?? value.Date - now;
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
