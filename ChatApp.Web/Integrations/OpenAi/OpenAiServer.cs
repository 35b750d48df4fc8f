using System.ClientModel;
using System.ClientModel.Primitives;
using System.Collections.Concurrent;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Web.Integrations.Models;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;

namespace ChatApp.Web.Integrations.OpenAi;

/// <summary>A server that speaks OpenAI's protocol: OpenAI itself or any of the many that are compatible with it.</summary>
public class OpenAiServer : ModelServer
{
    /// <summary>Where OpenAI's own service is.</summary>
    public static readonly Uri OpenAiEndpoint = new("https://api.openai.com/v1");

    // Servers that need no key are sent this one, because the library insists on one.
    private const string NoKey = "none";

    // The caller's token limits a call. This only ends calls whose caller set no limit, when the server has been silent for so long.
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromMinutes(10);

    // Not for ever: the server may be started again with other settings.
    private static readonly TimeSpan ToollessMemory = TimeSpan.FromHours(1);
    private const int MostToolless = 1000;

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
            NetworkTimeout = SilenceLimit,
            RetryPolicy = new ClientRetryPolicy(0), // OpenAiChatClient knows better what is worth it
            Transport = new HttpClientPipelineTransport(Http),
        });
    }

    /// <summary>OpenAI's newer models refuse <c>max_tokens</c>; most other servers know nothing else.</summary>
    public bool IsOpenAi => Endpoint.Host.EndsWith(".openai.com", StringComparison.OrdinalIgnoreCase)
        || Endpoint.Host.EndsWith(".openai.azure.com", StringComparison.OrdinalIgnoreCase);

    protected HttpClient Http { get; }

    public override bool IsNamedLikeMine(string model) => IsOpenAi && OpenAiModels.IsNamedLikeOpenAis(model);

    public override bool TakesTools(ListedModel model) => base.TakesTools(model) && TakesTools(model.Id);

    /// <summary>Whether the model takes tools, as far as is known.</summary>
    internal bool TakesTools(string model) => !_withoutTools.TryGetValue(model, out var since) || _clock.GetUtcNow() - since > ToollessMemory;

    /// <summary>Keeps in mind that the model has refused tools.</summary>
    internal void NoteWithoutTools(string model)
    {
        if (_withoutTools.Count >= MostToolless)
        {
            _withoutTools.Clear(); // some servers take any name for the only model that they have
        }
        _withoutTools[model] = _clock.GetUtcNow();
    }

    internal ChatClient GetChatClient(string model) => _client.GetChatClient(model);

    protected override IChatClient CreateClient(string? model, ListedModel? listed) => new OpenAiChatClient(this, model, _clock);

    protected override async Task<IReadOnlyList<ListedModel>?> FetchAsync(CancellationToken ct)
    {
        try
        {
            // The library's own type leaves out what other servers tell besides.
            var result = await _client.GetOpenAIModelClient().GetModelsAsync(new RequestOptions { CancellationToken = ct });
            return OpenAiModels.Read(result.GetRawResponse().Content, IsOpenAi);
        }
        catch (ClientResultException e) when (e.Status is 404 or 405 or 501)
        {
            return null;
        }
    }

    protected override ModelException? Explain(Exception error) => OpenAiErrors.Translate(error, model: null, _clock.GetUtcNow());

    protected override void Dispose(bool disposing) => Http.Dispose();
}
