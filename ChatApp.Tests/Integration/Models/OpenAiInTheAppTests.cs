using System.Net;
using ChatApp.Domain.Chat;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Integration.Models;

/// <summary>Messages through the app to an OpenAI-compatible server and back.</summary>
internal sealed class OpenAiInTheAppTests
{
    private ScriptedOpenAiServer _server = null!;
    private TestApp _app = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _server = await ScriptedOpenAiServer.StartAsync();
        _app = await TestApp.StartAsync(new()
        {
            ["OPENAI_BASE_URL"] = _server.Endpoint.ToString(),
            ["OPENAI_API_KEY"] = "sk-a-very-secret-key",
            ["Chat:Model"] = "scripted-model",
        });
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _app.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task Chat_Message_GetsTheModelsReplyAndIsCharged()
    {
        var user = await _app.RegisterAsync();
        _server.Add(ScriptedReply.Text("Grüße ", "aus ", "🌍"));

        var reply = await user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "Hallo", persona = "technical_support" });

        Assert.That(reply.Text("response"), Is.EqualTo("Grüße aus 🌍"));
        var request = _server.Requests[^1];
        Assert.That(request.Messages[0].Content, Does.StartWith("You are a senior support engineer."));
        Assert.That(request.Messages[^1], Is.EqualTo(("user", "Hallo")));
        Assert.That(request.Json.GetProperty("temperature").GetDouble(), Is.EqualTo(0.2).Within(0.001));
        var record = await _app.WithDb(db => db.UsageRecords.AsNoTracking().SingleAsync(r => r.UserId == user.Id));
        Assert.That((record.Provider, record.Model, record.PromptTokens, record.CompletionTokens, record.Estimated),
            Is.EqualTo(("openai-compatible", "scripted-model", 11L, 7L, false)));
    }

    [Test]
    public async Task Chat_BusyProvider_IsRetried()
    {
        var user = await _app.RegisterAsync();
        _server.Add(ScriptedReply.Fail(429) with { RetryAfter = "0" }, ScriptedReply.Text("Now then."));

        var reply = await user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "Hello" });

        Assert.That(reply.Text("response"), Is.EqualTo("Now then."));
    }

    [Test]
    public async Task Chat_RejectedKey_IsAFailedReplyWithoutDetails()
    {
        var user = await _app.RegisterAsync();
        _server.Add(ScriptedReply.Fail(401, "invalid_api_key", "Incorrect API key provided: sk-a-very-secret-key"));

        using var response = await user.Client.SendAsync(HttpMethod.Post, "/chat", new { message = "Hello" });

        var reply = await _app.WithDb(db => db.Messages.AsNoTracking().SingleAsync(m => m.UserId == user.Id && m.Role == MessageRole.Assistant));
        Assert.That((reply.Status, MessageDetails.From(reply.Metadata).ErrorCode), Is.EqualTo((MessageStatus.Failed, ReplyErrorCode.ProviderRefused)));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Not.Contain("sk-a-very"));
        Assert.That(reply.Metadata.GetRawText(), Does.Not.Contain("sk-a-very"));
        Assert.That(_app.Log.Text, Does.Not.Contain("sk-a-very"));
    }

    [Test]
    public async Task Start_InvalidSetting_FailsAndNamesIt() =>
        await Assert.ThatAsync(() => TestApp.StartAsync(new() { ["OPENAI_BASE_URL"] = "nonsense" }),
            Throws.InvalidOperationException.With.Message.Contains("OPENAI_BASE_URL"));

    [TestCase("/chat", """{"message": "Hello", "model": "no-such-model"}""")]
    [TestCase("/chat", """{"message": "Hello", "model": "openai-compatible/no-such-model"}""")]
    [TestCase("/chat", """{"message": "Hello", "model": "Scripted-Model"}""")]
    [TestCase("/chat/stream", """{"message": "Hello", "model": "no-such-model"}""")]
    [TestCase("/v1/chat/completions", """{"messages": [{"role": "user", "content": "Hello"}], "model": "no-such-model"}""")]
    [TestCase("/v1/chat/completions", """{"messages": [{"role": "user", "content": "Hello"}], "model": "no-such-model", "stream": true}""")]
    public async Task Send_ModelThatNoServerLists_Is400AndTheProviderDoesNotSeeIt(string path, string body)
    {
        var user = await _app.RegisterAsync();
        var before = _server.Requests.Count;

        var problem = await user.Client.ProblemAsync(HttpMethod.Post, path, Api.Raw(body), HttpStatusCode.BadRequest);

        Assert.That(problem.Text("detail"), Does.StartWith("There is no such model"));
        Assert.That(problem.Fields(), Is.EqualTo(new[] { "model" }));
        Assert.That(_server.Requests, Has.Count.EqualTo(before));
    }

    [Test]
    public async Task Chat_StoredModelThatIsNoLongerListed_FailsAndTheProviderDoesNotSeeIt()
    {
        var user = await _app.RegisterAsync();
        await user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "Hello" });
        await _app.WithDb(db => db.Sessions.Where(s => s.UserId == user.Id).ExecuteUpdateAsync(s => s.SetProperty(x => x.Model, "o9-super-expensive")));
        var before = _server.Requests.Count;

        using var response = await user.Client.SendAsync(HttpMethod.Post, "/chat", new { message = "Hello" });

        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("is no longer available. Choose another one."));
        Assert.That(_server.Requests, Has.Count.EqualTo(before));
    }
}
