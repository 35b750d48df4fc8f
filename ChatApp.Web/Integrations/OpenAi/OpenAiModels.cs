using System.Text.Json;
using System.Text.RegularExpressions;
using ChatApp.Web.Integrations.Models;

namespace ChatApp.Web.Integrations.OpenAi;

/// <summary>
/// Parses <c>GET /models</c>. All servers send an id, many send more. vLLM: <c>max_model_len</c>; llama.cpp: <c>meta.n_ctx</c>;
/// OpenRouter: <c>name</c>, <c>context_length</c> and <c>supported_parameters</c>; LM Studio: <c>max_context_length</c> and <c>type</c>.
/// </summary>
internal static partial class OpenAiModels
{
    private static readonly string[] ContextWindowNames = ["loaded_context_length", "max_model_len", "context_length", "context_window", "max_context_length"];

    /// <param name="json">The response.</param>
    /// <param name="isOpenAi">Whether it is OpenAI itself, which also lists models that do not chat.</param>
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
            .. models.Where(m => !ids.Contains(Date().Replace(m.TextOf("id")!, "")) || !Date().IsMatch(m.TextOf("id")!)) // leaves out dated versions of listed models
                .OrderByDescending(m => m.NumberOf("created")).ThenBy(m => m.TextOf("id"), StringComparer.Ordinal).Select(Read),
        ];
    }

    public static bool IsOpenAiName(string model) => OpenAiChat().IsMatch(model);

    private static ListedModel Read(JsonElement model) => new(
        model.TextOf("id")!,
        model.TextOf("name"),
        (int?)(ContextWindowNames.Select(n => model.NumberOf(n)).FirstOrDefault(n => n > 0) ?? model.ValueOf("meta")?.NumberOf("n_ctx")),
        SupportsTools: model.ValueOf("supported_parameters") is { ValueKind: JsonValueKind.Array } known
            ? known.EnumerateArray().Any(p => p.ValueKind == JsonValueKind.String && p.GetString() == "tools") : null);

    private static bool Chats(JsonElement model, bool isOpenAi)
    {
        var id = model.TextOf("id")!;
        return !NotChat().IsMatch(id) && model.TextOf("type") is not "embeddings" && (!isOpenAi || (OpenAiChat().IsMatch(id) && !OpenAiSpecial().IsMatch(id)));
    }

    [GeneratedRegex("embed|rerank|whisper|(^|[-/_])tts([-/_]|$)", RegexOptions.IgnoreCase)]
    private static partial Regex NotChat();

    [GeneratedRegex(@"^(gpt-|chatgpt-|o\d)")]
    private static partial Regex OpenAiChat();

    [GeneratedRegex("audio|realtime|transcribe|image|instruct|codex|deep-research|search|-pro(-|$)")]
    private static partial Regex OpenAiSpecial();

    [GeneratedRegex(@"-\d{4}-\d{2}-\d{2}$")]
    private static partial Regex Date();
}
