using System.Text.Json;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Web.Integrations.Outgoing;

namespace ChatApp.Web.Integrations.WebSearch;

/// <summary>A page that a search found.</summary>
internal sealed record WebResult(string Title, Uri Address, string Snippet);

/// <summary>Searches the web with the configured service.</summary>
/// <param name="settings">The service.</param>
/// <param name="http">The way out, on which its host is named.</param>
internal sealed class WebSearchClient(WebSearchSettings settings, OutgoingClient http)
{
    private const int MaxResults = 8;
    private const int QueryMaxLength = 400; // Brave's limit; nobody's is lower

    public async Task<IReadOnlyList<WebResult>> SearchAsync(string query, CancellationToken ct)
    {
        var text = ToolText.Line(query, QueryMaxLength);
        using var request = text.Length > 0 ? Request(text) : throw new ToolException("Say what to search for.");
        var answer = await http.SendAsync(request, ct);
        if (!answer.IsSuccess || answer.IsCut)
        {
            throw new ToolException(Problem(answer));
        }
        try
        {
            using var json = JsonDocument.Parse(answer.Body);
            return [.. Results(json.RootElement).Select(Result).OfType<WebResult>().DistinctBy(r => r.Address).Take(MaxResults)];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ToolException($"{settings.Name} answers something that cannot be read.", e);
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

    private string Problem(OutgoingAnswer answer) => (settings.Provider, answer.Status) switch
    {
        _ when answer.IsCut => $"{settings.Name}'s answer is too long.",
        (WebSearchProvider.SearXng, 403) => "SearXNG answers with status 403: its settings must allow the format json.",
        (_, 401 or 403 or 422) => $"{settings.Name} refuses the key (status {answer.Status}).",
        (_, 429 or 432) => $"{settings.Name} takes no more searches for now (status {answer.Status}).",
        _ => $"{settings.Name} answers with status {answer.Status}.",
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
