using System.ClientModel;
using System.ClientModel.Primitives;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Ports;
using OpenAI;
using OpenAI.Chat;

namespace ChatApp.Web.Integrations.OpenAi;

/// <summary>
/// A server that speaks OpenAI's protocol: OpenAI itself or any of the many that are compatible with it. It holds the connections, so there is one
/// for each configured server, for as long as the app runs.
/// </summary>
public sealed class OpenAiServer : IDisposable
{
    /// <summary>Where OpenAI's own service is.</summary>
    public static readonly Uri OpenAiEndpoint = new("https://api.openai.com/v1");

    // Servers that need no key are sent this one, because the library insists on one.
    private const string NoKey = "none";

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ListTimeout = TimeSpan.FromSeconds(10);

    // The caller's token limits a call. This only ends calls whose caller set no limit, when the server has been silent for so long.
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromMinutes(10);

    private readonly OpenAIClient _client;
    private readonly HttpClient _http;
    private string? _firstModel;

    /// <param name="provider">What usage is booked under, e.g. <c>openai</c>.</param>
    /// <param name="endpoint">The protocol's root, usually ending in <c>/v1</c>.</param>
    /// <param name="key">The key; null where none is needed.</param>
    public OpenAiServer(string provider, Uri endpoint, string? key)
    {
        (Provider, Endpoint) = (provider, endpoint);
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10), // addresses change
            AllowAutoRedirect = false, // the key goes where it was meant to go
            UseCookies = false,
            UseProxy = !endpoint.IsLoopback, // a proxy's "localhost" is another machine
        })
        { Timeout = Timeout.InfiniteTimeSpan }; // it would end long streams
        _client = new OpenAIClient(new ApiKeyCredential(key ?? NoKey), new OpenAIClientOptions
        {
            Endpoint = endpoint,
            NetworkTimeout = SilenceLimit,
            RetryPolicy = new ClientRetryPolicy(0), // OpenAiChatClient knows better what is worth it
            Transport = new HttpClientPipelineTransport(_http),
        });
    }

    public string Provider { get; }

    public Uri Endpoint { get; }

    /// <summary>OpenAI's newer models refuse <c>max_tokens</c>; most other servers know nothing else.</summary>
    public bool IsOpenAi => Endpoint.Host.EndsWith(".openai.com", StringComparison.OrdinalIgnoreCase)
        || Endpoint.Host.EndsWith(".openai.azure.com", StringComparison.OrdinalIgnoreCase);

    /// <summary>The first model that the server lists, once it has been asked for it.</summary>
    public string? FirstModel => Volatile.Read(ref _firstModel);

    internal ChatClient GetChatClient(string model) => _client.GetChatClient(model);

    /// <summary>Asks for the first model of <c>GET /models</c>. The first answer is kept; after a failure the next call asks again.</summary>
    /// <exception cref="ModelException">The server cannot be reached or lists nothing.</exception>
    internal async Task<string> FindFirstModelAsync(TimeProvider clock, CancellationToken ct)
    {
        if (FirstModel is { } found)
        {
            return found;
        }
        using var timeout = new CancellationTokenSource(ListTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            var models = await _client.GetOpenAIModelClient().GetModelsAsync(either.Token);
            var first = models.Value.Select(m => m.Id).FirstOrDefault(id => ModelName.Problem(id) is null)
                ?? throw new ModelException(
                    ReplyErrorCode.ProviderRefused, "The model's server offers no models. Load one there, or name one with Chat:Model.");
            Volatile.Write(ref _firstModel, first);
            return first;
        }
        catch (Exception e) when (e is not ModelException)
        {
            ct.ThrowIfCancellationRequested();
            if (OpenAiErrors.Translate(e, model: null, clock.GetUtcNow()) is { } known)
            {
                throw known;
            }
            throw;
        }
    }

    /// <summary>Has the first model looked up again: the known one is not there any more.</summary>
    internal void ForgetFirstModel() => Volatile.Write(ref _firstModel, null);

    public void Dispose() => _http.Dispose();
}
