using System.Text.Json;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Models;
using ChatApp.Tests.Support;
using ChatApp.Web.Integrations.Models;
using ChatApp.Web.Integrations.OpenAi;
using Microsoft.Extensions.AI;
using AiMessage = Microsoft.Extensions.AI.ChatMessage;

namespace ChatApp.Tests.Integration.Models;

/// <summary>Tools, calls and results in OpenAI's API.</summary>
internal sealed class OpenAiToolTests
{
    private static readonly AIFunction Weather =
        AIFunctionFactory.Create(([System.ComponentModel.Description("The city's name")] string city) => city, "get_weather", "The weather of a city");

    private static readonly AIFunction Time = AIFunctionFactory.Create(() => "now", "get_time", "The time");

    private ScriptedOpenAiServer _server = null!;
    private OpenAiServer _connection = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await ScriptedOpenAiServer.StartAsync();
        _connection = new OpenAiServer(new(ServerKind.OpenAi, "openai-compatible", _server.Endpoint) { Key = "sk-1" }, TimeProvider.System);
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
        await StreamAsync(new() { Tools = [Weather, Time] });

        var json = _server.Requests.Single().Json;
        JsonText.AssertEqual(json.GetProperty("tools"), """
            [{"type": "function", "function": {"name": "get_weather", "description": "The weather of a city",
              "parameters": {"type": "object", "properties": {"city": {"description": "The city's name", "type": "string"}}, "required": ["city"]}}},
             {"type": "function", "function": {"name": "get_time", "description": "The time", "parameters": {"type": "object", "properties": {}}}}]
            """);
        Assert.That(json.TryGetProperty("tool_choice", out _) || json.TryGetProperty("parallel_tool_calls", out _), Is.False);
    }

    [Test]
    public async Task Stream_SchemaWithoutPropertiesOrType_IsSentWithBoth()
    {
        var bare = AIFunctionFactory.CreateDeclaration("bare", "From a server of tools", JsonElement.Parse("{}"));

        await StreamAsync(new() { Tools = [bare] });

        JsonText.AssertEqual(
            _server.Requests.Single().Json.GetProperty("tools")[0].GetProperty("function").GetProperty("parameters"), """{"type": "object", "properties": {}}""");
    }

    [Test]
    public async Task Stream_ToolMode_IsSentAsToolChoice()
    {
        await StreamAsync(new() { Tools = [Time], ToolMode = ChatToolMode.None });
        await StreamAsync(new() { Tools = [Time], ToolMode = ChatToolMode.RequireAny, AllowMultipleToolCalls = false });
        await StreamAsync(new() { Tools = [Time], ToolMode = ChatToolMode.RequireSpecific("get_time") });

        Assert.That(_server.Requests.Select(r => r.Json.GetProperty("tool_choice").ToString()), Is.EqualTo(new[]
        {
            "none", "required", """{"type":"function","function":{"name":"get_time"}}""",
        }));
        Assert.That(_server.Requests[1].Json.GetProperty("parallel_tool_calls").GetBoolean(), Is.False);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Stream_SeveralCallsInPieces_AreAssembled(bool sameIndex)
    {
        _server.Add(ScriptedReply.Calls(("get_weather", """{"city":"Oslo"}"""), ("get_weather", """{"city":"Zürich"}"""), ("get_time", "")) with
        {
            SameIndex = sameIndex,
        });

        var reply = await StreamAsync(new() { Tools = [Weather, Time] });

        Assert.That(Calls(reply).Select(c => (c.CallId, c.Name, City(c))), Is.EqualTo(new (string, string, string?)[]
        {
            ("call_1", "get_weather", "Oslo"), ("call_2", "get_weather", "Zürich"), ("call_3", "get_time", null),
        }));
        Assert.That(reply.FinishReason, Is.EqualTo(ChatFinishReason.ToolCalls));
    }

    [Test]
    public async Task GetResponse_Calls_AreReturned()
    {
        _server.Add(ScriptedReply.Calls(("get_weather", """{"city":"Oslo"}"""), ("get_time", "{}")));

        var reply = await Client().GetResponseAsync([new(ChatRole.User, "Hi")], new() { Tools = [Weather, Time] });

        Assert.That(Calls(reply).Select(c => c.Name), Is.EqualTo(new[] { "get_weather", "get_time" }));
    }

    [Test]
    public async Task Stream_CallsWithoutIds_GetUniqueOnes()
    {
        _server.Add(ScriptedReply.Text("") with { ToolCalls = [(null, "get_time", "{}"), (null, "get_time", "{}")], FinishReason = "stop" });

        var calls = Calls(await StreamAsync(new() { Tools = [Time] }));

        Assert.That(calls.Select(c => c.CallId), Is.Unique.And.All.Not.Empty);
        Assert.That(calls, Has.Count.EqualTo(2));
    }

    [TestCase("{\"city\":")]
    [TestCase("[1]")]
    [TestCase("Oslo")]
    public async Task Stream_InvalidArguments_AreACallWithAnException(string arguments)
    {
        _server.Add(ScriptedReply.Calls(("get_weather", arguments)));

        var call = Calls(await StreamAsync(new() { Tools = [Weather] })).Single();

        Assert.That((call.Name, call.Arguments is null, call.Exception is null), Is.EqualTo(("get_weather", true, false)));
    }

    [Test]
    public async Task Stream_EndlessArguments_Fail()
    {
        _server.Add(ScriptedReply.Calls(("get_weather", "{\"city\":\"" + new string('o', 1_000_001) + "\"}")));

        await Assert.ThatAsync(() => StreamAsync(new() { Tools = [Weather] }),
            Throws.TypeOf<ModelException>().With.Property(nameof(ModelException.Code)).EqualTo(ReplyErrorCode.InvalidResponse));
    }

    [Test]
    public async Task Stream_EarlierCallsAndResults_AreSent()
    {
        AiMessage[] history =
        [
            new(ChatRole.User, "Weather?"),
            new(ChatRole.Assistant,
            [
                new TextContent("One moment."),
                new FunctionCallContent("call_1", "get_weather", new Dictionary<string, object?> { ["city"] = "Oslo" }),
                new FunctionCallContent("call_2", "get_time"),
            ]),
            new(ChatRole.Tool,
            [
                new FunctionResultContent("call_1", "Rain \"and\" wind"),
                new FunctionResultContent("call_2", JsonSerializer.SerializeToElement("noon")),
            ]),
            new(ChatRole.Tool, [new FunctionResultContent("call_3", new { degrees = 4 })]),
        ];

        await Client().GetStreamingResponseAsync(history, new() { Tools = [Weather, Time] }).ToChatResponseAsync();

        JsonText.AssertEqual(_server.Requests.Single().Json.GetProperty("messages"), """
            [{"role": "user", "content": "Weather?"},
             {"role": "assistant", "content": "One moment.", "tool_calls": [
              {"id": "call_1", "function": {"name": "get_weather", "arguments": "{\"city\":\"Oslo\"}"}, "type": "function"},
              {"id": "call_2", "function": {"name": "get_time", "arguments": "{}"}, "type": "function"}]},
             {"role": "tool", "tool_call_id": "call_1", "content": "Rain \"and\" wind"},
             {"role": "tool", "tool_call_id": "call_2", "content": "noon"},
             {"role": "tool", "tool_call_id": "call_3", "content": "{\"degrees\":4}"}]
            """);
    }

    [TestCase(400, "registry.ollama.ai/library/gemma:latest does not support tools")]
    [TestCase(404, "No endpoints found that support tool use. Try disabling \"get_weather\".")]
    [TestCase(400, "\"auto\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set")]
    [TestCase(500, "tools param requires --jinja flag")]
    public async Task Stream_ModelRejectsTools_RepliesWithoutThemAndIsRemembered(int status, string message)
    {
        _server.Add(ScriptedReply.Fail(status, message: message), ScriptedReply.Text("Without tools."));
        var options = new ChatOptions { Tools = [Weather], ToolMode = ChatToolMode.RequireAny };

        var reply = await StreamAsync(options);
        await StreamAsync(options);

        Assert.That(reply.Text, Is.EqualTo("Without tools."));
        Assert.That(_server.Requests.Select(r => r.Json.TryGetProperty("tools", out _)), Is.EqualTo(new[] { true, false, false }));
        Assert.That(_server.Requests[1].Json.TryGetProperty("tool_choice", out _), Is.False);
    }

    [Test]
    public async Task Stream_OtherError_IsNotRetried()
    {
        _server.Add(ScriptedReply.Fail(400, message: "Something about the messages."));

        await Assert.ThatAsync(() => StreamAsync(new() { Tools = [Weather] }), Throws.TypeOf<ModelException>());

        Assert.That(_server.Requests, Has.Count.EqualTo(1));
    }

    private OpenAiChatClient Client() => new(_connection, "some-model", TimeProvider.System);

    private Task<ChatResponse> StreamAsync(ChatOptions options) =>
        Client().GetStreamingResponseAsync([new(ChatRole.User, "Hi")], options).ToChatResponseAsync();

    private static string? City(FunctionCallContent call) => call.Arguments!.TryGetValue("city", out var city) ? city?.ToString() : null;

    private static List<FunctionCallContent> Calls(ChatResponse reply) => [.. reply.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>()];
}
