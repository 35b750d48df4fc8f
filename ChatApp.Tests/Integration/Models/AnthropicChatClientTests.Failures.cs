using ChatApp.Domain.Chat;
using ChatApp.Tests.Support;
using ChatApp.Web.Integrations.Anthropic;
using ChatApp.Web.Integrations.Models;
using Microsoft.Extensions.AI;

namespace ChatApp.Tests.Integration.Models;

// Failures of the provider.
internal sealed partial class AnthropicChatClientTests
{
    [TestCase(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum", ReplyErrorCode.ProviderRefused, "too long")]
    [TestCase(400, "invalid_request_error", "Your credit balance is too low", ReplyErrorCode.ProviderRefused, "no credit")]
    [TestCase(400, "invalid_request_error", "messages.0: nonsense", ReplyErrorCode.ProviderRefused, "HTTP 400")]
    [TestCase(401, "authentication_error", "invalid x-api-key", ReplyErrorCode.ProviderRefused, "check the API key")]
    [TestCase(402, "billing_error", "pay", ReplyErrorCode.ProviderRefused, "no credit")]
    [TestCase(403, "permission_error", "no", ReplyErrorCode.ProviderRefused, "does not give access")]
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
    public async Task Stream_Busy_HasRetryAfter(int status, string type, string? header, string code, int seconds)
    {
        _server.Add(ScriptedAnthropicServer.Fail(status, type) with { RetryAfter = header });

        var error = await FailAsync();

        Assert.That((error.Code, error.RetryAfter), Is.EqualTo((code, (TimeSpan?)TimeSpan.FromSeconds(seconds))));
        Assert.That(_server.Requests, Has.Count.EqualTo(1), "the ledger counts calls: only the caller retries");
    }

    [TestCase("overloaded_error", ReplyErrorCode.ProviderUnavailable, "overloaded")]
    [TestCase("api_error", ReplyErrorCode.ProviderUnavailable, "has a problem")]
    [TestCase("rate_limit_error", ReplyErrorCode.RateLimited, "busy")]
    [TestCase("a_new_error", ReplyErrorCode.ProviderUnavailable, "has a problem")]
    public async Task Stream_ErrorAfterSomeText_YieldsTheTextAndFails(string type, string code, string message)
    {
        _server.Add(ScriptedReply.Text("Half of it") with { ErrorType = type });
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

    [TestCase(ScriptedReply.Ending.Cut, ReplyErrorCode.ProviderUnavailable)]
    [TestCase(ScriptedReply.Ending.TooEarly, ReplyErrorCode.ProviderUnavailable)]
    [TestCase(ScriptedReply.Ending.Garbage, ReplyErrorCode.InvalidResponse)]
    [TestCase(ScriptedReply.Ending.Flood, ReplyErrorCode.InvalidResponse)]
    public async Task Stream_BrokenAfterSomeText_YieldsTheTextAndFails(ScriptedReply.Ending ending, string code)
    {
        var read = new TaskCompletionSource();
        _server.Add(ScriptedReply.Text("Half of ", "it") with { End = ending, EndAfter = read.Task });
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

        Assert.That((text, usage), Is.EqualTo(("Half of it", 0)), "the usage at the start is incomplete");
        Assert.That(error.Code, Is.EqualTo(code));
        Assert.That(error.ToString(), Does.Not.Contain(Key));
    }

    [TestCase("text/html", "<html><body>Welcome to nginx</body></html>")]
    [TestCase("text/event-stream", "")]
    [TestCase("text/event-stream", "data: [1, 2]\n\n")]
    [TestCase("text/event-stream", "event: message_start\ndata: {\"type\": \"message_start\", \"message\": 7}\n\n")]
    public async Task Stream_InvalidResponse_IsInvalid(string contentType, string body)
    {
        _server.Add(ScriptedReply.Raw(contentType, body));

        var error = await FailAsync();

        Assert.That(error.Code, Is.EqualTo(ReplyErrorCode.InvalidResponse));
        Assert.That(error.ToString(), Does.Not.Contain("nginx"));
    }
}
