using System.Text.Json;
using ChatApp.Web.Integrations.Models;
using ChatApp.Web.Integrations.OpenAi;

namespace ChatApp.Tests.Unit.Models;

/// <summary>Lists of models in the formats of various servers.</summary>
internal sealed class OpenAiModelsTests
{
    [TestCase("""{"id": "qwen3", "object": "model", "owned_by": "vllm", "max_model_len": 40960}""", "qwen3", null, 40960, null)]
    [TestCase("""{"id": "model.gguf", "meta": {"n_ctx": 8192, "n_ctx_train": 131072}}""", "model.gguf", null, 8192, null)]
    [TestCase("""{"id": "a/b", "name": "A: B", "context_length": 128000, "supported_parameters": ["tools", "top_p"]}""", "a/b", "A: B", 128000, true)]
    [TestCase("""{"id": "a/c", "context_length": null, "supported_parameters": ["top_p"]}""", "a/c", null, null, false)]
    [TestCase("""{"id": "m", "type": "llm", "max_context_length": 32768, "loaded_context_length": 4096}""", "m", null, 4096, null)]
    [TestCase("""{"id": "m", "context_length": "many", "meta": 7, "supported_parameters": "all"}""", "m", null, null, null)]
    public void Read_AdditionalFields_AreUsed(string model, string id, string? title, int? window, bool? tools) =>
        Assert.That(Read(model, isOpenAi: false).Single(), Is.EqualTo(new ListedModel(id, title, window, SupportsTools: tools)));

    [Test]
    public void Read_ModelsThatDoNotChat_AreLeftOut()
    {
        var ids = new[] { "llama", "nomic-embed-text", "bge-reranker", "whisper-1", "tts-1", "kokoro/tts", "ttsomething" };

        Assert.That(Read(string.Join(',', ids.Select(id => $$"""{"id": "{{id}}"}""")), isOpenAi: false).Select(m => m.Id), Is.EqualTo(new[] { "llama", "ttsomething" }));
        Assert.That(Read("""{"id": "m", "type": "embeddings"}, {}, {"id": 7}, 7""", isOpenAi: false), Is.Empty);
    }

    [Test]
    public void Read_OpenAisOwnList_IsItsChatModelsNewestFirst()
    {
        var models = new (string Id, int Created)[]
        {
            ("gpt-4o", 10), ("gpt-4o-2024-05-13", 9), ("gpt-4-0613", 1), ("o3-mini", 20), ("chatgpt-4o-latest", 15), ("gpt-4o-audio-preview", 30), ("gpt-image-1", 30),
            ("dall-e-3", 30), ("text-embedding-3-small", 30), ("gpt-3.5-turbo-instruct", 30), ("o1-pro", 30), ("gpt-6-2026-01-01", 40), ("babbage-002", 30), ("gpt-4o-realtime", 30),
        };

        var read = Read(string.Join(',', models.Select(m => JsonSerializer.Serialize(new { id = m.Id, created = m.Created }))), isOpenAi: true);

        Assert.That(read.Select(m => m.Id), Is.EqualTo(new[] { "gpt-6-2026-01-01", "o3-mini", "chatgpt-4o-latest", "gpt-4o", "gpt-4-0613" }));
    }

    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("""{"data": {}}""")]
    [TestCase("<html>")]
    public void Read_NotAList_IsAnError(string json) =>
        Assert.That(() => OpenAiModels.Read(BinaryData.FromString(json), isOpenAi: false), Throws.InstanceOf<JsonException>());

    private static IReadOnlyList<ListedModel> Read(string models, bool isOpenAi) =>
        OpenAiModels.Read(BinaryData.FromString($$"""{"object": "list", "data": [{{models}}]}"""), isOpenAi);
}
