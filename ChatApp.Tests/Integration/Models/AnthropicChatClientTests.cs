using ChatApp.Domain.Chat;
using ChatApp.Domain.Models;
using ChatApp.Tests.Support;
using ChatApp.Web.Integrations.Anthropic;
using ChatApp.Web.Integrations.Models;
using Microsoft.Extensions.AI;
using AiMessage = Microsoft.Extensions.AI.ChatMessage;

namespace ChatApp.Tests.Integration.Models;

/// <summary>The client against a real HTTP server with the provider's API.</summary>
internal sealed partial class AnthropicChatClientTests
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
    public async Task Stream_ReplyWithUsage_YieldsTextUsageAndFinishReason()
    {
        _server.Add(End("Hel", "lo, ", "wörld 🌍"));

        var reply = await StreamAsync();

        Assert.That(reply.Text, Is.EqualTo("Hello, wörld 🌍"));
        Assert.That(reply.FinishReason, Is.EqualTo(ChatFinishReason.Stop));
        Assert.That((reply.Usage?.InputTokenCount, reply.Usage?.OutputTokenCount), Is.EqualTo((11, 7)));
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
    public async Task Stream_OtherFinishReason_IsMapped(string reason, string expected)
    {
        _server.Add(ScriptedReply.Text("Hello") with { FinishReason = reason });

        Assert.That((await StreamAsync()).FinishReason?.Value, Is.EqualTo(expected));
    }

    [Test]
    public async Task Stream_RefusalWithoutText_FailsAndIsCharged()
    {
        _server.Add(ScriptedReply.Text() with { FinishReason = "refusal" });
        UsageDetails? usage = null;

        var error = await FailAsync(received: u => usage = u.Contents.OfType<UsageContent>().SingleOrDefault()?.Details ?? usage);

        Assert.That((error.Code, error.Message), Is.EqualTo((ReplyErrorCode.ProviderRefused, "The model declined to reply.")));
        Assert.That(usage?.InputTokenCount, Is.EqualTo(11));
    }

    [Test]
    public async Task Stream_PromptAndOptions_AreSentWithoutInternalProperties()
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
    public async Task Stream_HistoryBeginsWithAReply_IsPrecededByANote()
    {
        await Client().GetStreamingResponseAsync([new(ChatRole.Assistant, "As I said."), new(ChatRole.User, " "), new(ChatRole.User, "Why?")]).ToChatResponseAsync();

        Assert.That(_server.Requests.Single().Messages.Select(m => m.Role), Is.EqualTo(new[] { "user", "assistant", "user" }));
    }

    [Test]
    public async Task GetResponse_Reply_ReturnsTextAndUsage()
    {
        _server.Add(End("All ", "at once"));

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

    private static ScriptedReply End(params string[] deltas) => ScriptedReply.Text(deltas) with { FinishReason = "end_turn" };

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
