using ChatApp.Domain.Chat;
using ChatApp.Domain.Models;
using ChatApp.Tests.Support;
using ChatApp.Web.Integrations.Anthropic;
using ChatApp.Web.Integrations.Models;
using Microsoft.Extensions.AI;
using AiMessage = Microsoft.Extensions.AI.ChatMessage;

namespace ChatApp.Tests.Integration.Models;

/// <summary>Tools, calls and results in Anthropic's API.</summary>
internal sealed class AnthropicToolTests
{
    private static readonly AIFunction Weather = AIFunctionFactory.Create((string city) => city, "get_weather", "The weather of a city");

    private static readonly AIFunction Time = AIFunctionFactory.Create(() => "now", "get_time", "The time");

    private ScriptedAnthropicServer _server = null!;
    private AnthropicServer _connection = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await ScriptedAnthropicServer.StartAsync();
        _connection = new AnthropicServer(new(ServerKind.Anthropic, "anthropic", _server.Endpoint) { Key = "sk-ant-1" }, TimeProvider.System);
    }

    [TearDown]
    public async Task StopAsync()
    {
        _connection.Dispose();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task Stream_Tools_AreSentWithTheirParameters()
    {
        var free = AIFunctionFactory.CreateDeclaration("free", "Takes anything",
            System.Text.Json.JsonElement.Parse("""{"properties": {"map": {"type": "object", "additionalProperties": {"type": "integer", "minimum": 3}}}}"""));

        await StreamAsync(new() { Tools = [Weather, free] });

        var json = _server.Requests.Single().Json;
        JsonText.AssertEqual(json.GetProperty("tools"), """
            [{"name": "get_weather", "description": "The weather of a city",
              "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}},
             {"name": "free", "description": "Takes anything",
              "input_schema": {"type": "object", "properties": {"map": {"type": "object", "additionalProperties": {"type": "integer", "minimum": 3}}}}}]
            """);
        Assert.That(json.TryGetProperty("tool_choice", out _), Is.False);
    }

    [Test]
    public async Task Stream_ToolMode_IsSentAsToolChoice()
    {
        await StreamAsync(new() { Tools = [Time], ToolMode = ChatToolMode.None });
        await StreamAsync(new() { Tools = [Time], ToolMode = ChatToolMode.RequireAny });
        await StreamAsync(new() { Tools = [Time], ToolMode = ChatToolMode.RequireSpecific("get_time"), AllowMultipleToolCalls = false });
        await StreamAsync(new() { ToolMode = ChatToolMode.RequireAny });
        await StreamAsync(new() { Tools = [Time], ToolMode = ChatToolMode.Auto });

        Assert.That(_server.Requests.Select(r => r.Json.TryGetProperty("tool_choice", out var choice) ? choice.GetProperty("type").GetString() : "-"),
            Is.EqualTo(new[] { "none", "any", "tool", "-", "-" }));
        Assert.That(_server.Requests[2].Json.GetProperty("tool_choice").GetProperty("disable_parallel_tool_use").GetBoolean(), Is.True);
        Assert.That(_server.Requests[3].Json.TryGetProperty("tools", out _), Is.False);
    }

    [Test]
    public async Task Stream_SeveralCallsInPieces_AreAssembled()
    {
        _server.Add(ScriptedReply.Calls(("get_weather", """{"city":"Oslo"}"""), ("get_weather", """{"city":"Zürich"}"""), ("get_time", "")) with { FinishReason = "tool_use" });

        var reply = await StreamAsync(new() { Tools = [Weather, Time] });

        Assert.That(Calls(reply).Select(c => (c.CallId, c.Name, City(c))), Is.EqualTo(new (string, string, string?)[]
        {
            ("call_1", "get_weather", "Oslo"), ("call_2", "get_weather", "Zürich"), ("call_3", "get_time", null),
        }));
        Assert.That(reply.FinishReason, Is.EqualTo(ChatFinishReason.ToolCalls));
        Assert.That(reply.Usage?.OutputTokenCount, Is.EqualTo(7));
    }

    [Test]
    public async Task GetResponse_Calls_AreReturned()
    {
        _server.Add(ScriptedReply.Calls(("get_weather", """{"city":"Oslo"}"""), ("get_time", "{}")) with { FinishReason = "tool_use" });

        var reply = await new AnthropicChatClient(_connection, "claude-scripted-1").GetResponseAsync([new(ChatRole.User, "Hi")], new() { Tools = [Weather, Time] });

        Assert.That(Calls(reply).Select(c => c.Name), Is.EqualTo(new[] { "get_weather", "get_time" }));
    }

    [TestCase("{\"city\":")]
    [TestCase("[1]")]
    public async Task Stream_InvalidArguments_AreACallWithAnException(string arguments)
    {
        _server.Add(ScriptedReply.Calls(("get_weather", arguments)) with { FinishReason = "tool_use" });

        var call = Calls(await StreamAsync(new() { Tools = [Weather] })).Single();

        Assert.That((call.Name, call.Exception is null), Is.EqualTo(("get_weather", false)));
    }

    [Test]
    public async Task Stream_EndlessArguments_Fail()
    {
        _server.Add(ScriptedReply.Calls(("get_weather", "{\"city\":\"" + new string('o', 1_000_001) + "\"}")) with { FinishReason = "tool_use" });

        await Assert.ThatAsync(() => StreamAsync(new() { Tools = [Weather] }),
            Throws.TypeOf<ModelException>().With.Property(nameof(ModelException.Code)).EqualTo(ReplyErrorCode.InvalidResponse));
    }

    [Test]
    public async Task Stream_EarlierCallsAndResults_AreSent()
    {
        await new AnthropicChatClient(_connection, "claude-scripted-1").GetStreamingResponseAsync(History(), new() { Tools = [Weather, Time] }).ToChatResponseAsync();

        JsonText.AssertEqual(_server.Requests.Single().Json.GetProperty("messages"), """
            [{"role": "user", "content": [{"type": "text", "text": "Weather?"}]},
             {"role": "assistant", "content": [
              {"type": "text", "text": "One moment."},
              {"type": "tool_use", "id": "call_1", "name": "get_weather", "input": {"city": "Oslo"}},
              {"type": "tool_use", "id": "call_2", "name": "get_time", "input": {}}]},
             {"role": "user", "content": [
              {"type": "tool_result", "tool_use_id": "call_1", "is_error": false, "content": "Rain \"and\" wind"},
              {"type": "tool_result", "tool_use_id": "call_2", "is_error": false, "content": "{\"hour\":12}"}]}]
            """);
    }

    [Test]
    public async Task Stream_EarlierCallsButNoTools_DeclaresTheCalledToolsAndForbidsThem()
    {
        await new AnthropicChatClient(_connection, "claude-scripted-1").GetStreamingResponseAsync(History()).ToChatResponseAsync();

        var json = _server.Requests.Single().Json;
        Assert.That(json.GetProperty("tools").EnumerateArray().Select(t => t.GetProperty("name").GetString()), Is.EqualTo(new[] { "get_weather", "get_time" }));
        JsonText.AssertEqual(json.GetProperty("tool_choice"), """{"type": "none"}""");
    }

    private static AiMessage[] History() =>
    [
        new(ChatRole.User, "Weather?"),
        new(ChatRole.Assistant,
        [
            new TextContent("One moment."),
            new FunctionCallContent("call_1", "get_weather", new Dictionary<string, object?> { ["city"] = "Oslo" }),
            new FunctionCallContent("call_2", "get_time"),
        ]),
        new(ChatRole.Tool, [new FunctionResultContent("call_1", "Rain \"and\" wind"), new FunctionResultContent("call_2", new { hour = 12 })]),
    ];

    private Task<ChatResponse> StreamAsync(ChatOptions options) =>
        new AnthropicChatClient(_connection, "claude-scripted-1").GetStreamingResponseAsync([new(ChatRole.User, "Hi")], options).ToChatResponseAsync();

    private static string? City(FunctionCallContent call) => call.Arguments?.TryGetValue("city", out var city) == true ? city?.ToString() : null;

    private static List<FunctionCallContent> Calls(ChatResponse reply) => [.. reply.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>()];
}
