using System.ClientModel;
using System.ClientModel.Primitives;
using System.Collections.Concurrent;
using ChatApp.Domain.Models;
using ChatApp.Web.Integrations.Models;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;

namespace ChatApp.Web.Integrations.OpenAi;

/// <summary>A server with OpenAI's protocol: OpenAI itself or a compatible one.</summary>
public class OpenAiServer : ModelServer
{
    /// <summary>The address of OpenAI's service.</summary>
    public static readonly Uri OpenAiEndpoint = new("https://api.openai.com/v1");

    // Sent to servers that need no key, because the library requires one.
    private const string NoKey = "none";

    // Calls are limited by the caller's token. This ends calls without a limit when the server sends nothing for so long.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(10);

    // Expires, because the server may be restarted with other settings.
    private static readonly TimeSpan WithoutToolsLifetime = TimeSpan.FromHours(1);
    private const int MaxWithoutTools = 1000;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _withoutTools = new(StringComparer.Ordinal);
    private readonly TimeProvider _clock;
    private readonly OpenAIClient _client;

    public OpenAiServer(ServerSettings settings, TimeProvider clock)
        : base(settings, clock)
    {
        _clock = clock;
        Http = ProviderHttp.Create(settings.Endpoint);
        _client = new OpenAIClient(new ApiKeyCredential(settings.Key ?? NoKey), new OpenAIClientOptions
        {
            Endpoint = settings.Endpoint,
            NetworkTimeout = IdleTimeout,
            RetryPolicy = new ClientRetryPolicy(0), // the caller retries
            Transport = new HttpClientPipelineTransport(Http),
        });
    }

    /// <summary>Whether it is OpenAI's own service. Its newer models reject <c>max_tokens</c>, the only limit that most other servers know.</summary>
    public bool IsOpenAi => Endpoint.Host.EndsWith(".openai.com", StringComparison.OrdinalIgnoreCase)
        || Endpoint.Host.EndsWith(".openai.azure.com", StringComparison.OrdinalIgnoreCase);

    protected HttpClient Http { get; }

    public override bool MatchesNaming(string model) => IsOpenAi && OpenAiModels.IsOpenAiName(model);

    public override bool SupportsTools(ListedModel model) => base.SupportsTools(model) && SupportsTools(model.Id);

    /// <summary>Whether the model supports tools, as far as is known.</summary>
    internal bool SupportsTools(string model) => !_withoutTools.TryGetValue(model, out var since) || _clock.GetUtcNow() - since > WithoutToolsLifetime;

    /// <summary>Remembers that the model rejected tools.</summary>
    internal void MarkWithoutTools(string model)
    {
        if (_withoutTools.Count >= MaxWithoutTools)
        {
            _withoutTools.Clear(); // some servers accept any name for their only model
        }
        _withoutTools[model] = _clock.GetUtcNow();
    }

    internal ChatClient GetChatClient(string model) => _client.GetChatClient(model);

    protected override IChatClient CreateClient(string? model, ListedModel? listed) => new OpenAiChatClient(this, model, _clock);

    protected override async Task<IReadOnlyList<ListedModel>?> FetchAsync(CancellationToken ct)
    {
        try
        {
            // The library's model type lacks the additional fields of other servers.
            var result = await _client.GetOpenAIModelClient().GetModelsAsync(new RequestOptions { CancellationToken = ct });
            return OpenAiModels.Read(result.GetRawResponse().Content, IsOpenAi);
        }
        catch (ClientResultException e) when (e.Status is 404 or 405 or 501)
        {
            return null;
        }
    }

    protected override ModelException? Describe(Exception error) => OpenAiErrors.Translate(error, model: null, _clock.GetUtcNow());

    protected override void Dispose(bool disposing) => Http.Dispose();
}
