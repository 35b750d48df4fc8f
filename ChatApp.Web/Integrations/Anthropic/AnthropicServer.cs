using System.Net;
using Anthropic;
using Anthropic.Core;
using Anthropic.Models.Models;
using ChatApp.Domain.Models;
using ChatApp.Web.Integrations.Models;
using Microsoft.Extensions.AI;

namespace ChatApp.Web.Integrations.Anthropic;

/// <summary>Anthropic's service, called with its own library.</summary>
public sealed class AnthropicServer : ModelServer
{
    /// <summary>The address of Anthropic's service.</summary>
    public static readonly Uri AnthropicEndpoint = new("https://api.anthropic.com");

    // Calls are limited by the caller's token; the library requires a timeout as well.
    private static readonly TimeSpan CallTimeout = TimeSpan.FromHours(1);

    private const int MaxModels = 1000;

    private readonly AnthropicClient _client;

    public AnthropicServer(ServerSettings settings, TimeProvider clock)
        : base(settings, clock) =>
        // Sets every option, so that the library takes none from the environment.
        _client = new AnthropicClient(new ClientOptions
        {
            HttpClient = ProviderHttp.Create(settings.Endpoint, new ErrorResponseHandler(clock)),
            BaseUrl = settings.Endpoint.ToString().TrimEnd('/'),
            ApiKey = settings.Key,
            AuthToken = null,
            MaxRetries = 0, // the caller retries, as each call is recorded in the ledger
            Timeout = CallTimeout,
        });

    public override bool MatchesNaming(string model) => model.StartsWith("claude", StringComparison.OrdinalIgnoreCase);

    // The list has only dated names, but names without a date work as well.
    public override bool Lists(string model) => base.Lists(model) || List.Models.Any(m => m.Id.StartsWith(model + "-2", StringComparison.Ordinal));

    internal IChatClient GetChatClient(string model) => _client.AsIChatClient(model);

    protected override IChatClient CreateClient(string? model, ListedModel? listed) => new AnthropicChatClient(this, model, listed?.MaxOutput);

    protected override async Task<IReadOnlyList<ListedModel>?> FetchAsync(CancellationToken ct)
    {
        try
        {
            var page = await _client.Models.List(new ModelListParams { Limit = MaxModels }, ct);
            return [.. page.Items.Select(m => new ListedModel(m.ID, m.DisplayName, (int?)m.MaxInputTokens, (int?)m.MaxTokens, SupportsTools: true))];
        }
        catch (ErrorResponseException e) when (e.Response.Status is 404 or 405 or 501)
        {
            return null;
        }
    }

    protected override ModelException? Describe(Exception error) => AnthropicChatClient.Translate(error, model: null);

    protected override void Dispose(bool disposing) => _client.Dispose();

    /// <summary>Handles error responses before the library does, whose exceptions quote the response and lack <c>Retry-After</c>.</summary>
    private sealed class ErrorResponseHandler(TimeProvider clock) : DelegatingHandler
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
                throw new ErrorResponseException(ErrorResponse.Read((int)response.StatusCode, body, ProviderHttp.RetryAfter(header, clock.GetUtcNow())));
            }
        }
    }
}

/// <summary>An error response, passed from the connection to <see cref="AnthropicChatClient"/>, which describes it for users.</summary>
internal sealed class ErrorResponseException(ErrorResponse response) : Exception($"HTTP {response.Status}")
{
    public ErrorResponse Response => response;
}
