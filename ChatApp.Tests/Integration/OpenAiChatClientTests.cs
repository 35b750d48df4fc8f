using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Tests.Support;
using ChatApp.Web.Integrations.Models;
using ChatApp.Web.Integrations.OpenAi;
using Microsoft.Extensions.AI;
using AiMessage = Microsoft.Extensions.AI.ChatMessage;

namespace ChatApp.Tests.Integration;

/// <summary>The adapter against a real server that does what a provider can do.</summary>
internal sealed class OpenAiChatClientTests
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
    public async Task Stream_AnswerWithUsage_GivesTextUsageAndEnd()
    {
        _server.Add(ScriptedAnswer.Text("Hel", "lo, ", "wörld 🌍"));

        var answer = await StreamAsync();

        Assert.That(answer.Text, Is.EqualTo("Hello, wörld 🌍"));
        Assert.That(answer.FinishReason, Is.EqualTo(ChatFinishReason.Stop));
        Assert.That((answer.Usage?.InputTokenCount, answer.Usage?.OutputTokenCount), Is.EqualTo((11, 7)));
    }

    [Test]
    public async Task Stream_AnswerWithoutUsage_GivesNone()
    {
        _server.Add(ScriptedAnswer.Text("Hello") with { Usage = null });

        Assert.That((await StreamAsync()).Usage, Is.Null);
    }

    [Test]
    public async Task Stream_CutByTheModelsLimit_SaysSo()
    {
        _server.Add(ScriptedAnswer.Text("Hello") with { FinishReason = "length" });

        Assert.That((await StreamAsync()).FinishReason, Is.EqualTo(ChatFinishReason.Length));
    }

    [Test]
    public async Task Stream_PromptAndOptions_AreSentAndNothingOfOurs()
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
    public async Task GetResponse_Answer_GivesTextAndUsage()
    {
        _server.Add(ScriptedAnswer.Text("All ", "at once"));

        var answer = await Client().GetResponseAsync([new(ChatRole.User, "Hi")]);

        Assert.That((answer.Text, answer.Usage?.InputTokenCount, answer.Usage?.OutputTokenCount), Is.EqualTo(("All at once", 11, 7)));
        Assert.That(_server.Requests.Single().IsStreaming, Is.False);
    }

    [TestCase(401, "some_code", ReplyErrorCode.ProviderRefused, "did not accept the key")]
    [TestCase(403, "some_code", ReplyErrorCode.ProviderRefused, "does not allow")]
    [TestCase(404, "model_not_found", ReplyErrorCode.ProviderRefused, "some-model")]
    [TestCase(400, "context_length_exceeded", ReplyErrorCode.ProviderRefused, "too long")]
    [TestCase(400, "some_code", ReplyErrorCode.ProviderRefused, "HTTP 400")]
    [TestCase(429, "insufficient_quota", ReplyErrorCode.RateLimited, "quota")]
    [TestCase(500, "some_code", ReplyErrorCode.ProviderUnavailable, "HTTP 500")]
    [TestCase(503, "some_code", ReplyErrorCode.ProviderUnavailable, "HTTP 503")]
    public async Task Stream_ErrorStatus_IsExplainedWithoutKeyOrBody(int status, string code, string expected, string text)
    {
        _server.Add(ScriptedAnswer.Fail(status, code, $"Incorrect API key provided: {Key}. Private detail."));

        var error = await FailAsync();

        Assert.That(error.Code, Is.EqualTo(expected));
        Assert.That(error.Message, Does.Contain(text));
        Assert.That(error.ToString(), Does.Not.Contain(Key).And.Not.Contain("Private detail"));
        Assert.That(_server.Requests, Has.Count.EqualTo(1));
    }

    [TestCase("7", 7)]
    [TestCase("3600", 3600)]
    [TestCase(null, 1)]
    [TestCase("Wed, 21 Oct 2015 07:28:00 GMT", 0)]
    [TestCase("soon", 1)]
    public async Task Stream_TooManyRequests_TellsWhenToAskAgain(string? header, int seconds)
    {
        _server.Add(ScriptedAnswer.Fail(429) with { RetryAfter = header });

        var error = await FailAsync();

        Assert.That((error.Code, error.RetryAfter), Is.EqualTo((ReplyErrorCode.RateLimited, (TimeSpan?)TimeSpan.FromSeconds(seconds))));
        Assert.That(_server.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Stream_QuotaUsedUp_IsNotWorthAskingAgain()
    {
        _server.Add(ScriptedAnswer.Fail(429, "insufficient_quota") with { RetryAfter = "1" });

        Assert.That((await FailAsync()).RetryAfter, Is.Null);
    }

    [Test]
    public async Task Stream_ModelThatRefusesTemperatures_IsAskedWithoutOne()
    {
        _server.Add(ScriptedAnswer.Fail(400, "unsupported_value", param: "temperature"), ScriptedAnswer.Text("Thought about it"));

        var answer = await StreamAsync(new ChatOptions { Temperature = 0.2f });

        Assert.That(answer.Text, Is.EqualTo("Thought about it"));
        Assert.That(_server.Requests[0].Json.TryGetProperty("temperature", out _), Is.True);
        Assert.That(_server.Requests[1].Json.TryGetProperty("temperature", out _), Is.False);
    }

    [Test]
    public async Task Stream_ServerGone_IsUnavailable()
    {
        var endpoint = _server.Endpoint;
        await _server.DisposeAsync();
        using var connection = new OpenAiServer(new(ServerKind.OpenAi, "openai", endpoint) { Key = Key }, TimeProvider.System);

        var error = await FailAsync(new OpenAiChatClient(connection, "some-model", TimeProvider.System));

        Assert.That(error.Code, Is.EqualTo(ReplyErrorCode.ProviderUnavailable));
        Assert.That(error.Message, Does.Contain("could not be reached").And.Not.Contain(endpoint.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    [TestCase(ScriptedAnswer.Ending.Cut, ReplyErrorCode.ProviderUnavailable)]
    [TestCase(ScriptedAnswer.Ending.TooEarly, ReplyErrorCode.ProviderUnavailable)]
    [TestCase(ScriptedAnswer.Ending.Garbage, ReplyErrorCode.InvalidAnswer)]
    [TestCase(ScriptedAnswer.Ending.Flood, ReplyErrorCode.InvalidAnswer)]
    public async Task Stream_BrokenAfterSomeText_GivesTheTextAndThenFails(ScriptedAnswer.Ending ending, string code)
    {
        var read = new TaskCompletionSource();
        _server.Add(ScriptedAnswer.Text("Half of ", "it") with { End = ending, EndAfter = read.Task });
        var text = "";

        var error = await FailAsync(received: t =>
        {
            text += t;
            if (text == "Half of it")
            {
                read.SetResult();
            }
        });

        Assert.That(text, Is.EqualTo("Half of it"));
        Assert.That(error.Code, Is.EqualTo(code));
        Assert.That(error.ToString(), Does.Not.Contain(Key));
    }

    [TestCase("text/html", "<html><body>Welcome to nginx</body></html>")]
    [TestCase("text/event-stream", "data: [1, 2]\n\n")]
    [TestCase("text/event-stream", "data: {\"choices\": \"none\"}\n\n")]
    public async Task Stream_NotAnAnswer_IsInvalid(string contentType, string body)
    {
        _server.Add(ScriptedAnswer.Raw(contentType, body));

        var error = await FailAsync();

        Assert.That(error.Code, Is.EqualTo(ReplyErrorCode.InvalidAnswer));
        Assert.That(error.ToString(), Does.Not.Contain("nginx"));
    }

    [TestCase("not json at all")]
    [TestCase("{}")]
    [TestCase("[]")]
    public async Task GetResponse_NotAnAnswer_IsInvalid(string body)
    {
        _server.Add(ScriptedAnswer.Raw("application/json", body));

        await Assert.ThatAsync(() => Client().GetResponseAsync([new(ChatRole.User, "Hi")]),
            Throws.TypeOf<ModelException>().With.Property(nameof(ModelException.Code)).EqualTo(ReplyErrorCode.InvalidAnswer));
    }

    [TestCase(0)]
    [TestCase(2)]
    public async Task Stream_CancelledWhileTheServerHangs_IsCancelled(int deltas)
    {
        _server.Add(ScriptedAnswer.Text([.. Enumerable.Repeat("word ", deltas)]) with { End = ScriptedAnswer.Ending.Hang });
        using var cancel = new CancellationTokenSource();

        var stream = StreamAsync(ct: cancel.Token);
        await _server.Hanging;
        await cancel.CancelAsync();

        await Assert.ThatAsync(() => stream, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Stream_NoModelNamed_AsksForTheFirstOnceAndUsesIt()
    {
        _server.Models = ["first-model", "second-model"];
        var client = new OpenAiChatClient(_connection, model: null, TimeProvider.System);

        await client.GetResponseAsync([new(ChatRole.User, "Hi")]);
        await client.GetResponseAsync([new(ChatRole.User, "Hi again")]);

        Assert.That(_server.Requests.Select(r => r.Json.GetProperty("model").GetString()), Is.All.EqualTo("first-model"));
        Assert.That(_server.ModelRequests, Is.EqualTo(1));
    }

    [Test]
    public async Task Stream_FirstModelGone_IsLookedUpAgainNextTime()
    {
        var client = new OpenAiChatClient(_connection, model: null, TimeProvider.System);
        await client.GetResponseAsync([new(ChatRole.User, "Hi")]);
        _server.Models = ["another-model"];
        _server.Add(ScriptedAnswer.Fail(404, "model_not_found"));

        await FailAsync(client);
        await client.GetResponseAsync([new(ChatRole.User, "Hi")]);

        Assert.That(_server.Requests[^1].Json.GetProperty("model").GetString(), Is.EqualTo("another-model"));
    }

    [Test]
    public async Task Stream_NoModelNamedAndNoneThere_IsRefused()
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
