using System.Text.Json;
using System.Text.RegularExpressions;
using ChatApp.Web.Integrations.Models;

namespace ChatApp.Web.Integrations.OpenAi;

/// <summary>
/// Reads <c>GET /models</c>: of the id all servers agree, and many tell more. vLLM: <c>max_model_len</c>; llama.cpp: <c>meta.n_ctx</c>;
/// OpenRouter: <c>name</c>, <c>context_length</c> and <c>supported_parameters</c>; LM Studio: <c>max_context_length</c> and <c>type</c>.
/// </summary>
internal static partial class OpenAiModels
{
    private static readonly string[] WindowNames = ["loaded_context_length", "max_model_len", "context_length", "context_window", "max_context_length"];

    /// <param name="json">What the server sent.</param>
    /// <param name="isOpenAi">Whether it is OpenAI itself, which lists much that does not chat.</param>
    /// <exception cref="JsonException">It is not a list of models.</exception>
    public static IReadOnlyList<ListedModel> Read(BinaryData json, bool isOpenAi)
    {
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueOf("data") is not { ValueKind: JsonValueKind.Array } data)
        {
            throw new JsonException();
        }
        var models = data.EnumerateArray().Where(m => m.TextOf("id") is not null && Chats(m, isOpenAi)).ToList();
        if (!isOpenAi)
        {
            return [.. models.Select(Read)];
        }
        var ids = models.Select(m => m.TextOf("id")).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. models.Where(m => !ids.Contains(Date().Replace(m.TextOf("id")!, "")) || !Date().IsMatch(m.TextOf("id")!)) // a dated copy of one that is there
                .OrderByDescending(m => m.NumberOf("created")).ThenBy(m => m.TextOf("id"), StringComparer.Ordinal).Select(Read),
        ];
    }

    public static bool IsNamedLikeOpenAis(string model) => OpenAis().IsMatch(model);

    private static ListedModel Read(JsonElement model) => new(
        model.TextOf("id")!,
        model.TextOf("name"),
        (int?)(WindowNames.Select(n => model.NumberOf(n)).FirstOrDefault(n => n > 0) ?? model.ValueOf("meta")?.NumberOf("n_ctx")),
        SupportsTools: model.ValueOf("supported_parameters") is { ValueKind: JsonValueKind.Array } known
            ? known.EnumerateArray().Any(p => p.ValueKind == JsonValueKind.String && p.GetString() == "tools") : null);

    private static bool Chats(JsonElement model, bool isOpenAi)
    {
        var id = model.TextOf("id")!;
        return !NoChat().IsMatch(id) && model.TextOf("type") is not "embeddings" && (!isOpenAi || (OpenAis().IsMatch(id) && !OpenAisOther().IsMatch(id)));
    }

    [GeneratedRegex("embed|rerank|whisper|(^|[-/_])tts([-/_]|$)", RegexOptions.IgnoreCase)]
    private static partial Regex NoChat();

    [GeneratedRegex(@"^(gpt-|chatgpt-|o\d)")]
    private static partial Regex OpenAis();

    [GeneratedRegex("audio|realtime|transcribe|image|instruct|codex|deep-research|search|-pro(-|$)")]
    private static partial Regex OpenAisOther();

    [GeneratedRegex(@"-\d{4}-\d{2}-\d{2}$")]
    private static partial Regex Date();
}
