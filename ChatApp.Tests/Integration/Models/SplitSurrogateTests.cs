using System.Text.Json;
using ChatApp.Tests.Support;
using ChatApp.Web.Integrations.Anthropic;
using ChatApp.Web.Integrations.Models;
using ChatApp.Web.Integrations.OpenAi;
using Microsoft.Extensions.AI;

namespace ChatApp.Tests.Integration.Models;

/// <summary>Providers that split a text between the halves of a surrogate pair.</summary>
internal sealed class SplitSurrogateTests
{
    private const string Text = "a😀👩‍👧 b";

    private static readonly AIFunction Tool = AIFunctionFactory.Create((string input) => input, "tool", "A tool");

    private static IEnumerable<int> Indexes => Enumerable.Range(1, Text.Length - 1);

    [TestCaseSource(nameof(Indexes))]
    public async Task OpenAi_SplitAtAnyIndex_IsJoined(int index)
    {
        await using var server = await ScriptedOpenAiServer.StartAsync();
        using var connection = new OpenAiServer(new(ServerKind.OpenAi, "openai-compatible", server.Endpoint) { Key = "sk-1" }, TimeProvider.System);

        await AssertJoinedAsync(server, new OpenAiChatClient(connection, "some-model", TimeProvider.System), OpenAiEvents(index));
    }

    [TestCaseSource(nameof(Indexes))]
    public async Task Ollama_SplitAtAnyIndex_IsJoined(int index)
    {
        await using var server = await ScriptedOllamaServer.StartAsync();
        using var connection = new OllamaServer(new(ServerKind.Ollama, "ollama", server.Endpoint), TimeProvider.System);

        await AssertJoinedAsync(server, new OpenAiChatClient(connection, "llama3.2:latest", TimeProvider.System), OpenAiEvents(index));
    }

    [TestCaseSource(nameof(Indexes))]
    public async Task Anthropic_SplitAtAnyIndex_IsJoined(int index)
    {
        await using var server = await ScriptedAnthropicServer.StartAsync();
        using var connection = new AnthropicServer(new(ServerKind.Anthropic, "anthropic", server.Endpoint) { Key = "sk-1" }, TimeProvider.System);

        await AssertJoinedAsync(server, new AnthropicChatClient(connection, "claude-scripted-1"), AnthropicEvents(index));
    }

    private static async Task AssertJoinedAsync(ScriptedModelServer server, IChatClient client, string events)
    {
        server.Add(ScriptedReply.Raw("text/event-stream", events));

        var reply = await client.GetStreamingResponseAsync([new(ChatRole.User, "Hi")], new() { Tools = [Tool] }).ToChatResponseAsync();

        Assert.That(reply.Text, Is.EqualTo(Text));
        var call = reply.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Single();
        Assert.That(call.Arguments!["input"]!.ToString(), Is.EqualTo(Text));
    }

    private static string OpenAiEvents(int index)
    {
        const string Start = "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":";
        var events = new List<string>();
        foreach (var part in Split(Text, index))
        {
            events.Add($$"""{"role":"assistant","reasoning_content":"{{part}}"},"finish_reason":null}]}""");
        }
        foreach (var part in Split(Text, index))
        {
            events.Add($$"""{"content":"{{part}}"},"finish_reason":null}]}""");
        }
        events.Add("""{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"tool","arguments":"{\"input\":\""}}]},"finish_reason":null}]}""");
        foreach (var part in Split(Text, index))
        {
            events.Add($$$"""{"tool_calls":[{"index":0,"function":{"arguments":"{{{part}}}"}}]},"finish_reason":null}]}""");
        }
        events.Add("""{"tool_calls":[{"index":0,"function":{"arguments":"\"}"}}]},"finish_reason":"tool_calls"}]}""");
        return string.Concat(events.Select(e => $"{Start}{e}\n\n")) + "data: [DONE]\n\n";
    }

    private static string AnthropicEvents(int index)
    {
        var events = new List<string>
        {
            """{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"claude-scripted-1","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}}""",
            """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}""",
        };
        events.AddRange(Split(Text, index).Select(part => $$$"""{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"{{{part}}}"}}"""));
        events.Add("""{"type":"content_block_stop","index":0}""");
        events.Add("""{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}""");
        events.AddRange(Split(Text, index).Select(part => $$$"""{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"{{{part}}}"}}"""));
        events.Add("""{"type":"content_block_stop","index":1}""");
        events.Add("""{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"call_1","name":"tool","input":{}}}""");
        events.AddRange(((string[])["{\\\"input\\\":\\\"", .. Split(Text, index), "\\\"}"]).Select(part => $$$"""{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{{{part}}}"}}"""));
        events.Add("""{"type":"content_block_stop","index":2}""");
        events.Add("""{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":7}}""");
        events.Add("""{"type":"message_stop"}""");
        return string.Concat(events.Select(e => $"event: {JsonElement.Parse(e.Replace("\\ud", "\\\\ud", StringComparison.Ordinal)).GetProperty("type").GetString()}\ndata: {e}\n\n"));
    }

    // Every unit as an escape, as Python writes them.
    private static string[] Split(string text, int index) => [Escape(text[..index]), Escape(text[index..])];

    private static string Escape(string text) => string.Concat(text.Select(c => $"\\u{(int)c:x4}"));
}
