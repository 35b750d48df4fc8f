using System.Net;
using Anthropic;
using Anthropic.Core;
using Anthropic.Models.Models;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Web.Integrations.Models;
using Microsoft.Extensions.AI;

namespace ChatApp.Web.Integrations.Anthropic;

/// <summary>Anthropic's service, by its own library.</summary>
public sealed class AnthropicServer : ModelServer
{
    /// <summary>Where Anthropic's own service is.</summary>
    public static readonly Uri AnthropicEndpoint = new("https://api.anthropic.com");

    // The caller's token limits a call; the library insists on a limit, too.
    private static readonly TimeSpan LongestCall = TimeSpan.FromHours(1);

    private const int MostModels = 1000;

    private readonly AnthropicClient _client;

    public AnthropicServer(ServerSettings settings, TimeProvider clock)
        : base(settings, clock) =>
        // Everything is set, so that nothing comes from the environment behind the configuration's back.
        _client = new AnthropicClient(new ClientOptions
        {
            HttpClient = ProviderHttp.Create(settings.Endpoint, new Refusals(clock)),
            BaseUrl = settings.Endpoint.ToString().TrimEnd('/'),
            ApiKey = settings.Key,
            AuthToken = null,
            MaxRetries = 0, // each call has its place in the ledger, so the caller tries again
            Timeout = LongestCall,
        });

    public override bool IsNamedLikeMine(string model) => model.StartsWith("claude", StringComparison.OrdinalIgnoreCase);

    // The list has dated names only; those without a date work as well.
    public override bool MayHave(string model) => base.MayHave(model) || List.Models.Any(m => m.Id.StartsWith(model + "-2", StringComparison.Ordinal));

    internal IChatClient GetChatClient(string model) => _client.AsIChatClient(model);

    protected override IChatClient CreateClient(string? model, ListedModel? listed) => new AnthropicChatClient(this, model, listed?.MaxOutput);

    protected override async Task<IReadOnlyList<ListedModel>?> FetchAsync(CancellationToken ct)
    {
        try
        {
            var page = await _client.Models.List(new ModelListParams { Limit = MostModels }, ct);
            return [.. page.Items.Select(m => new ListedModel(m.ID, m.DisplayName, (int?)m.MaxInputTokens, (int?)m.MaxTokens, SupportsTools: true))];
        }
        catch (RefusedException e) when (e.Refusal.Status is 404 or 405 or 501)
        {
            return null;
        }
    }

    protected override ModelException? Explain(Exception error) => AnthropicChatClient.Translate(error, model: null);

    protected override void Dispose(bool disposing) => _client.Dispose();

    /// <summary>Takes refusals out of the library's hands: its exceptions quote the answer and do not tell when to come back.</summary>
    private sealed class Refusals(TimeProvider clock) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                return response;
            }
            using (response)
            {
                var header = response.Headers.TryGetValues("Retry-After", out var values) ? values.FirstOrDefault() : null;
                var body = BinaryData.FromBytes(await response.Content.ReadAsByteArrayAsync(cancellationToken));
                throw new RefusedException(Refusal.Read((int)response.StatusCode, body, ProviderHttp.RetryAfter(header, clock.GetUtcNow())));
            }
        }
    }
}

/// <summary>The provider said no; on its way from the connection to <see cref="AnthropicChatClient"/>, which puts it into words.</summary>
internal sealed class RefusedException(Refusal refusal) : Exception($"HTTP {refusal.Status}")
{
    public Refusal Refusal => refusal;
}
