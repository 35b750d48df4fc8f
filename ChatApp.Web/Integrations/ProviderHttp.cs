using System.Net.Http.Headers;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Ports;

namespace ChatApp.Web.Integrations;

/// <summary>How the app talks HTTP to the providers of models, whose addresses only its operator chooses.</summary>
internal static class ProviderHttp
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Connections to one provider, for as long as the app runs. Its answers cannot fill the memory.</summary>
    /// <param name="endpoint">Where the provider is.</param>
    /// <param name="outer">Sees every answer first.</param>
    public static HttpClient Create(Uri endpoint, DelegatingHandler? outer = null)
    {
        var connections = new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10), // addresses change
            AllowAutoRedirect = false, // the key goes where it was meant to go
            UseCookies = false,
            UseProxy = !endpoint.IsLoopback, // a proxy's "localhost" is another machine
        };
        var bounded = new BoundedAnswers(connections, () => new ModelException(ReplyErrorCode.InvalidAnswer, "The model's server sent more than an answer can be."));
        if (outer is not null)
        {
            outer.InnerHandler = bounded;
        }
        return new(outer ?? (HttpMessageHandler)bounded) { Timeout = Timeout.InfiniteTimeSpan }; // it would end long streams
    }

    /// <summary>When a provider wants to be asked again.</summary>
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
