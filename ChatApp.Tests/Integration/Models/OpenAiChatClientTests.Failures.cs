using ChatApp.Domain.Chat;
using ChatApp.Domain.Models;
using ChatApp.Tests.Support;
using ChatApp.Web.Integrations.Models;
using ChatApp.Web.Integrations.OpenAi;
using Microsoft.Extensions.AI;

namespace ChatApp.Tests.Integration.Models;

// Failures of a provider.
internal sealed partial class OpenAiChatClientTests
{
    [TestCase(401, "some_code", ReplyErrorCode.ProviderRefused, "check the API key")]
    [TestCase(403, "some_code", ReplyErrorCode.ProviderRefused, "does not give access")]
    [TestCase(404, "model_not_found", ReplyErrorCode.ProviderRefused, "some-model")]
    [TestCase(400, "context_length_exceeded", ReplyErrorCode.ProviderRefused, "too long")]
    [TestCase(400, "some_code", ReplyErrorCode.ProviderRefused, "HTTP 400")]
    [TestCase(429, "insufficient_quota", ReplyErrorCode.RateLimited, "quota")]
    [TestCase(500, "some_code", ReplyErrorCode.ProviderUnavailable, "HTTP 500")]
    [TestCase(503, "some_code", ReplyErrorCode.ProviderUnavailable, "HTTP 503")]
    public async Task Stream_ErrorStatus_IsExplainedWithoutKeyOrBody(int status, string code, string expected, string text)
    {
        _server.Add(ScriptedReply.Fail(status, code, $"Incorrect API key provided: {Key}. Private detail."));

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
    public async Task Stream_TooManyRequests_HasRetryAfter(string? header, int seconds)
    {
        _server.Add(ScriptedReply.Fail(429) with { RetryAfter = header });

        var error = await FailAsync();

        Assert.That((error.Code, error.RetryAfter), Is.EqualTo((ReplyErrorCode.RateLimited, (TimeSpan?)TimeSpan.FromSeconds(seconds))));
        Assert.That(_server.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Stream_QuotaUsedUp_IsNotRetried()
    {
        _server.Add(ScriptedReply.Fail(429, "insufficient_quota") with { RetryAfter = "1" });

        Assert.That((await FailAsync()).RetryAfter, Is.Null);
    }

    [Test]
    public async Task Stream_ModelRejectsTemperature_IsRetriedWithoutIt()
    {
        _server.Add(ScriptedReply.Fail(400, "unsupported_value", param: "temperature"), ScriptedReply.Text("Thought about it"));

        var reply = await StreamAsync(new ChatOptions { Temperature = 0.2f });

        Assert.That(reply.Text, Is.EqualTo("Thought about it"));
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

    [TestCase(ScriptedReply.Ending.Cut, ReplyErrorCode.ProviderUnavailable)]
    [TestCase(ScriptedReply.Ending.TooEarly, ReplyErrorCode.ProviderUnavailable)]
    [TestCase(ScriptedReply.Ending.Garbage, ReplyErrorCode.InvalidResponse)]
    [TestCase(ScriptedReply.Ending.Flood, ReplyErrorCode.InvalidResponse)]
    public async Task Stream_BrokenAfterSomeText_YieldsTheTextAndFails(ScriptedReply.Ending ending, string code)
    {
        var read = new TaskCompletionSource();
        _server.Add(ScriptedReply.Text("Half of ", "it") with { End = ending, EndAfter = read.Task });
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
    public async Task Stream_InvalidResponse_IsInvalid(string contentType, string body)
    {
        _server.Add(ScriptedReply.Raw(contentType, body));

        var error = await FailAsync();

        Assert.That(error.Code, Is.EqualTo(ReplyErrorCode.InvalidResponse));
        Assert.That(error.ToString(), Does.Not.Contain("nginx"));
    }

    [TestCase("not json at all")]
    [TestCase("{}")]
    [TestCase("[]")]
    public async Task GetResponse_InvalidResponse_IsInvalid(string body)
    {
        _server.Add(ScriptedReply.Raw("application/json", body));

        await Assert.ThatAsync(() => Client().GetResponseAsync([new(ChatRole.User, "Hi")]),
            Throws.TypeOf<ModelException>().With.Property(nameof(ModelException.Code)).EqualTo(ReplyErrorCode.InvalidResponse));
    }
}
