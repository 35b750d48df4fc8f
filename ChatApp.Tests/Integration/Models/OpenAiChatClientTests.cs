using ChatApp.Domain.Chat;
using ChatApp.Domain.Models;
using ChatApp.Tests.Support;
using ChatApp.Web.Integrations.Models;
using ChatApp.Web.Integrations.OpenAi;
using Microsoft.Extensions.AI;
using AiMessage = Microsoft.Extensions.AI.ChatMessage;

namespace ChatApp.Tests.Integration.Models;

/// <summary>The client against a real HTTP server with a provider's API.</summary>
internal sealed partial class OpenAiChatClientTests
{
    private const string Key = "sk-a-very-secret-key";

    private ScriptedOpenAiServer _server = null!;
    private OpenAiServer _connection = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await ScriptedOpenAiServer.StartAsync();
        _connection = new OpenAiServer(new(ServerKind.OpenAi, "openai-compatible", _server.Endpoint) { Key = Key }, TimeProvider.System);
    }

    [TearDown]
    public async Task StopAsync()
    {
        _connection.Dispose();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task Stream_ReplyWithUsage_YieldsTextUsageAndFinishReason()
    {
        _server.Add(ScriptedReply.Text("Hel", "lo, ", "wörld 🌍"));

        var reply = await StreamAsync();

        Assert.That(reply.Text, Is.EqualTo("Hello, wörld 🌍"));
        Assert.That(reply.FinishReason, Is.EqualTo(ChatFinishReason.Stop));
        Assert.That((reply.Usage?.InputTokenCount, reply.Usage?.OutputTokenCount), Is.EqualTo((11, 7)));
    }

    [Test]
    public async Task Stream_ReplyWithoutUsage_YieldsNone()
    {
        _server.Add(ScriptedReply.Text("Hello") with { Usage = null });

        Assert.That((await StreamAsync()).Usage, Is.Null);
    }

    [Test]
    public async Task Stream_OutputLimitReached_HasLengthAsFinishReason()
    {
        _server.Add(ScriptedReply.Text("Hello") with { FinishReason = "length" });

        Assert.That((await StreamAsync()).FinishReason, Is.EqualTo(ChatFinishReason.Length));
    }

    [Test]
    public async Task Stream_PromptAndOptions_AreSentWithoutInternalProperties()
    {
        var user = Guid.CreateVersion7();
        var options = new ChatOptions { Temperature = 0.5f, MaxOutputTokens = 99, AdditionalProperties = new ChatCaller(user, user).ToProperties() };

        await Client().GetStreamingResponseAsync(
            [new(ChatRole.System, "Be brief."), new(ChatRole.User, "Hi"), new(ChatRole.Assistant, "Hello."), new(ChatRole.User, "Bye")], options).ToChatResponseAsync();

        var request = _server.Requests.Single();
        Assert.That(request.Authorization, Is.EqualTo("Bearer " + Key));
        Assert.That(request.Messages, Is.EqualTo(new[] { ("system", "Be brief."), ("user", "Hi"), ("assistant", "Hello."), ("user", "Bye") }));
        Assert.That(request.Json.EnumerateObject().Select(p => p.Name),
            Is.EquivalentTo(new[] { "model", "messages", "temperature", "max_tokens", "stream", "stream_options" }));
        Assert.That(request.Json.GetProperty("model").GetString(), Is.EqualTo("some-model"));
        Assert.That(request.Json.GetProperty("max_tokens").GetInt32(), Is.EqualTo(99));
        Assert.That(request.Json.GetProperty("stream_options").GetProperty("include_usage").GetBoolean(), Is.True);
        Assert.That(request.Json.GetRawText(), Does.Not.Contain(user.ToString()));
    }

    [Test]
    public async Task GetResponse_Reply_ReturnsTextAndUsage()
    {
        _server.Add(ScriptedReply.Text("All ", "at once"));

        var reply = await Client().GetResponseAsync([new(ChatRole.User, "Hi")]);

        Assert.That((reply.Text, reply.Usage?.InputTokenCount, reply.Usage?.OutputTokenCount), Is.EqualTo(("All at once", 11, 7)));
        Assert.That(_server.Requests.Single().IsStreaming, Is.False);
    }

    [TestCase(0)]
    [TestCase(2)]
    public async Task Stream_CancelledWhileTheServerHangs_IsCancelled(int deltas)
    {
        _server.Add(ScriptedReply.Text([.. Enumerable.Repeat("word ", deltas)]) with { End = ScriptedReply.Ending.Hang });
        using var cancel = new CancellationTokenSource();

        var stream = StreamAsync(ct: cancel.Token);
        await _server.Hanging;
        await cancel.CancelAsync();

        await Assert.ThatAsync(() => stream, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Stream_NoModelNamed_ListsOnceAndUsesTheFirst()
    {
        _server.Models = ["first-model", "second-model"];
        var client = new OpenAiChatClient(_connection, model: null, TimeProvider.System);

        await client.GetResponseAsync([new(ChatRole.User, "Hi")]);
        await client.GetResponseAsync([new(ChatRole.User, "Hi again")]);

        Assert.That(_server.Requests.Select(r => r.Json.GetProperty("model").GetString()), Is.All.EqualTo("first-model"));
        Assert.That(_server.ModelRequests, Is.EqualTo(1));
    }

    [Test]
    public async Task Stream_FirstModelGone_ListsAgainNextTime()
    {
        var client = new OpenAiChatClient(_connection, model: null, TimeProvider.System);
        await client.GetResponseAsync([new(ChatRole.User, "Hi")]);
        _server.Models = ["another-model"];
        _server.Add(ScriptedReply.Fail(404, "model_not_found"));

        await FailAsync(client);
        await client.GetResponseAsync([new(ChatRole.User, "Hi")]);

        Assert.That(_server.Requests[^1].Json.GetProperty("model").GetString(), Is.EqualTo("another-model"));
    }

    [Test]
    public async Task Stream_NoModelNamedAndNoneListed_Fails()
    {
        _server.Models = [];

        var error = await FailAsync(new OpenAiChatClient(_connection, model: null, TimeProvider.System));

        Assert.That(error.Code, Is.EqualTo(ReplyErrorCode.ProviderRefused));
        Assert.That(error.Message, Does.Contain("no models"));
    }

    private OpenAiChatClient Client() => new(_connection, "some-model", TimeProvider.System);

    private Task<ChatResponse> StreamAsync(ChatOptions? options = null, CancellationToken ct = default) =>
        Client().GetStreamingResponseAsync([new(ChatRole.User, "Hi")], options, ct).ToChatResponseAsync(ct);

    private async Task<ModelException> FailAsync(IChatClient? client = null, Action<string>? received = null)
    {
        try
        {
            await foreach (var update in (client ?? Client()).GetStreamingResponseAsync([new AiMessage(ChatRole.User, "Hi")]))
            {
                received?.Invoke(update.Text);
            }
        }
        catch (ModelException e)
        {
            return e;
        }
        throw new AssertionException("The call succeeded.");
    }
}
