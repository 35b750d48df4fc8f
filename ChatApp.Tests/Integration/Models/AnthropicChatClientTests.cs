using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Tests.Support;
using ChatApp.Web.Integrations.Anthropic;
using ChatApp.Web.Integrations.Models;
using Microsoft.Extensions.AI;
using AiMessage = Microsoft.Extensions.AI.ChatMessage;

namespace ChatApp.Tests.Integration.Models;

/// <summary>The adapter against a real server that does what the provider can do.</summary>
internal sealed class AnthropicChatClientTests
{
    private const string Key = "sk-ant-a-very-secret-key";

    private ScriptedAnthropicServer _server = null!;
    private AnthropicServer _connection = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await ScriptedAnthropicServer.StartAsync();
        _connection = new AnthropicServer(new(ServerKind.Anthropic, "anthropic", _server.Endpoint) { Key = Key }, TimeProvider.System);
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
        _server.Add(End("Hel", "lo, ", "wörld 🌍"));

        var answer = await StreamAsync();

        Assert.That(answer.Text, Is.EqualTo("Hello, wörld 🌍"));
        Assert.That(answer.FinishReason, Is.EqualTo(ChatFinishReason.Stop));
        Assert.That((answer.Usage?.InputTokenCount, answer.Usage?.OutputTokenCount), Is.EqualTo((11, 7)));
    }

    [Test]
    public async Task Stream_Usage_ComesOnceAndLast()
    {
        _server.Add(End("Hello"));

        var updates = await Client().GetStreamingResponseAsync([new(ChatRole.User, "Hi")]).ToListAsync();

        Assert.That(updates.SelectMany(u => u.Contents).OfType<UsageContent>().Count(), Is.EqualTo(1));
        Assert.That(updates[^1].Contents.Single(), Is.TypeOf<UsageContent>());
    }

    [TestCase("max_tokens", "length")]
    [TestCase("model_context_window_exceeded", "length")]
    [TestCase("refusal", "content_filter")]
    [TestCase("stop_sequence", "stop")]
    public async Task Stream_OtherEnds_AreTold(string reason, string expected)
    {
        _server.Add(ScriptedAnswer.Text("Hello") with { FinishReason = reason });

        Assert.That((await StreamAsync()).FinishReason?.Value, Is.EqualTo(expected));
    }

    [Test]
    public async Task Stream_RefusalWithoutAWord_IsOneThatIsCharged()
    {
        _server.Add(ScriptedAnswer.Text() with { FinishReason = "refusal" });
        UsageDetails? usage = null;

        var error = await FailAsync(received: u => usage = u.Contents.OfType<UsageContent>().SingleOrDefault()?.Details ?? usage);

        Assert.That((error.Code, error.Message), Is.EqualTo((ReplyErrorCode.ProviderRefused, "The model declined to answer this.")));
        Assert.That(usage?.InputTokenCount, Is.EqualTo(11));
    }

    [Test]
    public async Task Stream_PromptAndOptions_AreSentAndNothingOfOurs()
    {
        var user = Guid.CreateVersion7();
        var options = new ChatOptions { Temperature = 0.5f, MaxOutputTokens = 99, AdditionalProperties = new ChatCaller(user, user).ToProperties() };

        await Client().GetStreamingResponseAsync(
        [
            new(ChatRole.System, "Be brief."), new(ChatRole.User, "Hi"), new(ChatRole.Assistant, "Hello."),
            new(ChatRole.System, "Be polite."), new(ChatRole.User, "Bye"),
        ], options).ToChatResponseAsync();

        var request = _server.Requests.Single();
        JsonText.AssertEqual(request.Json, """
            {"model": "claude-scripted-1", "max_tokens": 99, "stream": true,
             "system": [{"type": "text", "text": "Be brief.\n\nBe polite."}],
             "messages": [
              {"role": "user", "content": [{"type": "text", "text": "Hi"}]},
              {"role": "assistant", "content": [{"type": "text", "text": "Hello."}]},
              {"role": "user", "content": [{"type": "text", "text": "Bye"}]}]}
            """);
        Assert.That(request.Authorization, Is.EqualTo("Bearer " + Key));
        Assert.That(request.Headers, Does.ContainKey("anthropic-version"));
    }

    [Test]
    public async Task Stream_HistoryThatBeginsWithAnAnswer_GetsABeginning()
    {
        await Client().GetStreamingResponseAsync([new(ChatRole.Assistant, "As I said."), new(ChatRole.User, " "), new(ChatRole.User, "Why?")]).ToChatResponseAsync();

        Assert.That(_server.Requests.Single().Messages.Select(m => m.Role), Is.EqualTo(new[] { "user", "assistant", "user" }));
    }

    [Test]
    public async Task GetResponse_Answer_GivesTextAndUsage()
    {
        _server.Add(End("All ", "at once"));

        var answer = await Client().GetResponseAsync([new(ChatRole.User, "Hi")]);

        Assert.That((answer.Text, answer.Usage?.InputTokenCount, answer.Usage?.OutputTokenCount), Is.EqualTo(("All at once", 11, 7)));
        Assert.That(_server.Requests.Single().IsStreaming, Is.False);
    }

    [TestCase(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum", ReplyErrorCode.ProviderRefused, "too long")]
    [TestCase(400, "invalid_request_error", "Your credit balance is too low", ReplyErrorCode.ProviderRefused, "no credit")]
    [TestCase(400, "invalid_request_error", "messages.0: nonsense", ReplyErrorCode.ProviderRefused, "HTTP 400")]
    [TestCase(401, "authentication_error", "invalid x-api-key", ReplyErrorCode.ProviderRefused, "did not accept the key")]
    [TestCase(402, "billing_error", "pay", ReplyErrorCode.ProviderRefused, "no credit")]
    [TestCase(403, "permission_error", "no", ReplyErrorCode.ProviderRefused, "does not allow")]
    [TestCase(404, "not_found_error", "model: claude-scripted-1", ReplyErrorCode.ProviderRefused, "claude-scripted-1")]
    [TestCase(413, "request_too_large", "big", ReplyErrorCode.ProviderRefused, "too long")]
    [TestCase(500, "api_error", "oops", ReplyErrorCode.ProviderUnavailable, "HTTP 500")]
    [TestCase(504, "timeout_error", "slow", ReplyErrorCode.ProviderUnavailable, "HTTP 504")]
    public async Task Stream_ErrorStatus_IsExplainedWithoutKeyOrBody(int status, string type, string message, string expected, string text)
    {
        _server.Add(ScriptedAnthropicServer.Fail(status, type, $"{message} {Key}. Private detail."));

        var error = await FailAsync();

        Assert.That(error.Code, Is.EqualTo(expected));
        Assert.That(error.Message, Does.Contain(text));
        Assert.That(error.ToString(), Does.Not.Contain(Key).And.Not.Contain("Private detail"));
        Assert.That(_server.Requests, Has.Count.EqualTo(1));
    }

    [TestCase(429, "rate_limit_error", "7", ReplyErrorCode.RateLimited, 7)]
    [TestCase(429, "rate_limit_error", null, ReplyErrorCode.RateLimited, 1)]
    [TestCase(529, "overloaded_error", "3", ReplyErrorCode.ProviderUnavailable, 3)]
    [TestCase(529, "overloaded_error", null, ReplyErrorCode.ProviderUnavailable, 1)]
    public async Task Stream_Busy_TellsWhenToAskAgain(int status, string type, string? header, string code, int seconds)
    {
        _server.Add(ScriptedAnthropicServer.Fail(status, type) with { RetryAfter = header });

        var error = await FailAsync();

        Assert.That((error.Code, error.RetryAfter), Is.EqualTo((code, (TimeSpan?)TimeSpan.FromSeconds(seconds))));
        Assert.That(_server.Requests, Has.Count.EqualTo(1), "the ledger counts calls: nobody else asks again");
    }

    [TestCase("overloaded_error", ReplyErrorCode.ProviderUnavailable, "overloaded")]
    [TestCase("api_error", ReplyErrorCode.ProviderUnavailable, "has a problem")]
    [TestCase("rate_limit_error", ReplyErrorCode.RateLimited, "too many requests")]
    [TestCase("a_new_error", ReplyErrorCode.ProviderUnavailable, "has a problem")]
    public async Task Stream_ErrorInTheMiddle_GivesTheTextAndThenFails(string type, string code, string message)
    {
        _server.Add(ScriptedAnswer.Text("Half of it") with { ErrorType = type });
        var text = "";

        var error = await FailAsync(received: u => text += u.Text);

        Assert.That((text, error.Code), Is.EqualTo(("Half of it", code)));
        Assert.That(error.ToString(), Does.Contain(message).And.Not.Contain("Private detail"));
    }

    [Test]
    public async Task Stream_ServerGone_IsUnavailable()
    {
        var endpoint = _server.Endpoint;
        await _server.DisposeAsync();
        using var connection = new AnthropicServer(new(ServerKind.Anthropic, "anthropic", endpoint) { Key = Key }, TimeProvider.System);

        var error = await FailAsync(new AnthropicChatClient(connection, "claude-scripted-1"));

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
        var (text, usage) = ("", 0);

        var error = await FailAsync(received: u =>
        {
            text += u.Text;
            usage += u.Contents.Count(c => c is UsageContent);
            if (text == "Half of it")
            {
                read.TrySetResult();
            }
        });

        Assert.That((text, usage), Is.EqualTo(("Half of it", 0)), "what the beginning reports is not the whole");
        Assert.That(error.Code, Is.EqualTo(code));
        Assert.That(error.ToString(), Does.Not.Contain(Key));
    }

    [TestCase("text/html", "<html><body>Welcome to nginx</body></html>")]
    [TestCase("text/event-stream", "")]
    [TestCase("text/event-stream", "data: [1, 2]\n\n")]
    [TestCase("text/event-stream", "event: message_start\ndata: {\"type\": \"message_start\", \"message\": 7}\n\n")]
    public async Task Stream_NotAnAnswer_IsInvalid(string contentType, string body)
    {
        _server.Add(ScriptedAnswer.Raw(contentType, body));

        var error = await FailAsync();

        Assert.That(error.Code, Is.EqualTo(ReplyErrorCode.InvalidAnswer));
        Assert.That(error.ToString(), Does.Not.Contain("nginx"));
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

    private static ScriptedAnswer End(params string[] deltas) => ScriptedAnswer.Text(deltas) with { FinishReason = "end_turn" };

    private AnthropicChatClient Client() => new(_connection, "claude-scripted-1");

    private Task<ChatResponse> StreamAsync(ChatOptions? options = null, CancellationToken ct = default) =>
        Client().GetStreamingResponseAsync([new(ChatRole.User, "Hi")], options, ct).ToChatResponseAsync(ct);

    private async Task<ModelException> FailAsync(IChatClient? client = null, Action<ChatResponseUpdate>? received = null)
    {
        try
        {
            await foreach (var update in (client ?? Client()).GetStreamingResponseAsync([new AiMessage(ChatRole.User, "Hi")]))
            {
                received?.Invoke(update);
            }
        }
        catch (ModelException e)
        {
            return e;
        }
        throw new AssertionException("The call succeeded.");
    }
}
