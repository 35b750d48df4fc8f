using System.Text.Json;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Web.Integrations.Outgoing;

namespace ChatApp.Web.Integrations.WebSearch;

/// <summary>A search result.</summary>
internal sealed record WebResult(string Title, Uri Address, string Snippet);

/// <summary>Searches the web with the configured service.</summary>
/// <param name="settings">The service.</param>
/// <param name="http">Sends the requests; it allows the service's host.</param>
internal sealed class WebSearchClient(WebSearchSettings settings, OutgoingClient http)
{
    private const int MaxResults = 8;
    private const int QueryMaxLength = 400; // Brave's limit, the lowest of all

    public async Task<IReadOnlyList<WebResult>> SearchAsync(string query, CancellationToken ct)
    {
        var text = ToolText.Line(query, QueryMaxLength);
        using var request = text.Length > 0 ? Request(text) : throw new ToolException("The query is empty.");
        var response = await http.SendAsync(request, ct);
        if (!response.IsSuccess || response.IsTruncated)
        {
            throw new ToolException(Problem(response));
        }
        try
        {
            using var json = JsonDocument.Parse(response.Body);
            return [.. Results(json.RootElement).Select(Result).OfType<WebResult>().DistinctBy(r => r.Address).Take(MaxResults)];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ToolException($"{settings.Name} sent an invalid response.", e);
        }
    }

    private HttpRequestMessage Request(string query)
    {
        var (address, q) = (settings.Address.AbsoluteUri.TrimEnd('/'), Uri.EscapeDataString(query));
        var request = settings.Provider switch
        {
            WebSearchProvider.SearXng => new HttpRequestMessage(HttpMethod.Get, $"{address}/search?q={q}&format=json"),
            WebSearchProvider.Brave => new(HttpMethod.Get, $"{address}/web/search?q={q}&count={MaxResults}") { Headers = { { "X-Subscription-Token", settings.Key } } },
            WebSearchProvider.Tavily => new(HttpMethod.Post, $"{address}/search")
            {
                Headers = { Authorization = new("Bearer", settings.Key) },
                Content = JsonContent.Create(new { query, max_results = MaxResults, search_depth = "basic" }),
            },
        };
        request.Headers.Accept.ParseAdd("application/json");
        return request;
    }

    private string Problem(OutgoingResponse response) => (settings.Provider, response.Status) switch
    {
        _ when response.IsTruncated => $"{settings.Name}'s response is too long.",
        (WebSearchProvider.SearXng, 403) => "SearXNG responded with status 403. Enable the json format in its settings.",
        (_, 401 or 403 or 422) => $"{settings.Name} rejected the API key (status {response.Status}).",
        (_, 429 or 432) => $"{settings.Name}'s rate limit is reached (status {response.Status}).",
        _ => $"{settings.Name} responded with status {response.Status}.",
    };

    private JsonElement.ArrayEnumerator Results(JsonElement json) =>
        (settings.Provider == WebSearchProvider.Brave && json.TryGetProperty("web", out var web) ? web : json).TryGetProperty("results", out var results)
            ? results.EnumerateArray()
            : default;

    private WebResult? Result(JsonElement json)
    {
        var isFound = Uri.TryCreate(Text(json, "url"), UriKind.Absolute, out var address) && address.Scheme is "http" or "https";
        var snippet = Text(json, settings.Provider == WebSearchProvider.Brave ? "description" : "content");
        return isFound ? new(HtmlText.Line(Text(json, "title")), address!, HtmlText.Line(snippet)) : null;
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
