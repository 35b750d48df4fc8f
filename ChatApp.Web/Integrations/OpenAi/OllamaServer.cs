using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using ChatApp.Web.Integrations.Models;

namespace ChatApp.Web.Integrations.OpenAi;

/// <summary>
/// An Ollama. It answers by OpenAI's protocol; what its models can do, it tells by its own: which ones chat, whether they take tools, and how many
/// tokens it gives them. A longer prompt it would cut without a word.
/// </summary>
public sealed partial class OllamaServer(ServerSettings settings, TimeProvider clock) : OpenAiServer(settings, clock)
{
    // Ollama's FAQ: the context is 4096 tokens unless the model or the server is told otherwise.
    private const int DefaultWindow = 4096;

    // Asking a busy server for each of many models at once would slow its answers down.
    private const int AtOnce = 4;

    // What is known of a model, by the digest of its content.
    private readonly ConcurrentDictionary<string, Shown> _shown = new(StringComparer.Ordinal);

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
        await Parallel.ForEachAsync(models, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (model, token) =>
        {
            var digest = model.TextOf("digest") ?? "";
            if (!_shown.ContainsKey(digest))
            {
                _shown[digest] = await ShowAsync(model.TextOf("name")!, token);
            }
        });
        return
        [
            .. from model in models
               let name = model.TextOf("name")!
               let shown = _shown[model.TextOf("digest") ?? ""]
               where shown.Chats
               select new ListedModel(name, null, (int)(running[name].FirstOrDefault(n => n > 0) ?? shown.Window ?? DefaultWindow), null, shown.TakesTools),
        ];
    }

    private async Task<Shown> ShowAsync(string model, CancellationToken ct)
    {
        using var response = await Http.PostAsJsonAsync(Api("show"), new { model }, ct);
        response.EnsureSuccessStatusCode();
        var json = await response.Content.ReadFromJsonAsync<JsonElement>(ct);
        var abilities = json.ValueOf("capabilities") is { ValueKind: JsonValueKind.Array } array
            ? array.EnumerateArray().Where(c => c.ValueKind == JsonValueKind.String).Select(c => c.GetString()).ToList()
            : null; // an old version does not tell
        return new(
            abilities?.Contains("completion") ?? true, abilities?.Contains("tools"),
            WindowParameter().Match(json.TextOf("parameters") ?? "") is { Success: true } match && int.TryParse(match.Groups[1].Value, out var tokens) ? tokens : null);
    }

    private async Task<JsonElement> ReadAsync(string what, CancellationToken ct)
    {
        using var response = await Http.GetAsync(Api(what), ct);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>(ct);
    }

    // Its own API is beside the other one.
    private Uri Api(string what) => new(Endpoint, $"api/{what}");

    private sealed record Shown(bool Chats, bool? TakesTools, int? Window);

    [GeneratedRegex(@"^num_ctx\s+(\d+)", RegexOptions.Multiline)]
    private static partial Regex WindowParameter();
}
