using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using ChatApp.Web.Integrations.Models;

namespace ChatApp.Web.Integrations.OpenAi;

/// <summary>
/// An Ollama server. It is called with OpenAI's protocol. Its own API tells what its models can do: which ones chat, whether they support tools, and
/// how large their context is, beyond which it silently truncates the prompt.
/// </summary>
public sealed partial class OllamaServer(ServerSettings settings, TimeProvider clock) : OpenAiServer(settings, clock)
{
    // Ollama's FAQ: the context is 4096 tokens unless the model or the server is configured otherwise.
    private const int DefaultContextWindow = 4096;

    // More concurrent requests would slow down the replies of a busy server.
    private const int MaxConcurrency = 4;

    // Details by the digest of the model.
    private readonly ConcurrentDictionary<string, ModelDetails> _details = new(StringComparer.Ordinal);

    protected override bool IsSame(string listed, string wanted) => listed == wanted || listed == wanted + ":latest";

    protected override async Task<IReadOnlyList<ListedModel>?> FetchAsync(CancellationToken ct)
    {
        var tags = await ReadAsync("tags", ct);
        var running = (await ReadAsync("ps", ct)).ValueOf("models") is { ValueKind: JsonValueKind.Array } loaded
            ? loaded.EnumerateArray().Where(m => m.TextOf("name") is not null).ToLookup(m => m.TextOf("name")!, m => m.NumberOf("context_length"))
            : Array.Empty<int>().ToLookup(_ => "", _ => (long?)null);
        if (tags.ValueOf("models") is not { ValueKind: JsonValueKind.Array } list)
        {
            throw new JsonException();
        }
        var models = list.EnumerateArray().Where(m => m.TextOf("name") is not null).ToList();
        await Parallel.ForEachAsync(models, new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrency, CancellationToken = ct }, async (model, token) =>
        {
            var digest = model.TextOf("digest") ?? "";
            if (!_details.ContainsKey(digest))
            {
                _details[digest] = await ReadDetailsAsync(model.TextOf("name")!, token);
            }
        });
        return
        [
            .. from model in models
               let name = model.TextOf("name")!
               let details = _details[model.TextOf("digest") ?? ""]
               where details.SupportsChat
               select new ListedModel(name, null, (int)(running[name].FirstOrDefault(n => n > 0) ?? details.ContextWindow ?? DefaultContextWindow), null, details.SupportsTools),
        ];
    }

    private async Task<ModelDetails> ReadDetailsAsync(string model, CancellationToken ct)
    {
        using var response = await Http.PostAsJsonAsync(Api("show"), new { model }, ct);
        response.EnsureSuccessStatusCode();
        var json = await response.Content.ReadFromJsonAsync<JsonElement>(ct);
        var capabilities = json.ValueOf("capabilities") is { ValueKind: JsonValueKind.Array } array
            ? array.EnumerateArray().Where(c => c.ValueKind == JsonValueKind.String).Select(c => c.GetString()).ToList()
            : null; // missing in old versions
        return new(
            capabilities?.Contains("completion") ?? true, capabilities?.Contains("tools"),
            WindowParameter().Match(json.TextOf("parameters") ?? "") is { Success: true } match && int.TryParse(match.Groups[1].Value, out var tokens) ? tokens : null);
    }

    private async Task<JsonElement> ReadAsync(string path, CancellationToken ct)
    {
        using var response = await Http.GetAsync(Api(path), ct);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>(ct);
    }

    // Ollama's own API is next to OpenAI's.
    private Uri Api(string path) => new(Endpoint, $"api/{path}");

    private sealed record ModelDetails(bool SupportsChat, bool? SupportsTools, int? ContextWindow);

    [GeneratedRegex(@"^num_ctx\s+(\d+)", RegexOptions.Multiline)]
    private static partial Regex WindowParameter();
}
