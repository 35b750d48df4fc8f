using ChatApp.Domain.Chat;
using ChatApp.Tests.Support;
using static ChatApp.Tests.Support.RawModelServer;

namespace ChatApp.Tests.Faults;

/// <summary>A fault of a provider, and the expected end of the reply.</summary>
/// <param name="Name">The name in test reports.</param>
/// <param name="Code">The reply's error code; null if it does not fail.</param>
/// <param name="Text">The reply's text.</param>
/// <param name="Behaviours">The server's behaviour for each request.</param>
internal sealed record ProviderFault(string Name, string? Code, string Text, params Behaviour[] Behaviours)
{
    public const string Key = "sk-a-very-secret-key";

    private const string Events = "text/event-stream";
    private const string Json = "application/json";
    private const string Some = "Half of a reply";

    /// <summary>Whether the provider rejected the request, so that nothing is charged.</summary>
    public bool IsRefusal => Code is ReplyErrorCode.ProviderRefused or ReplyErrorCode.RateLimited;

    /// <summary>Faults that end by themselves.</summary>
    public static IEnumerable<ProviderFault> Ending()
    {
        foreach (var (status, code) in new[] { (400, ReplyErrorCode.ProviderRefused), (401, ReplyErrorCode.ProviderRefused), (403, ReplyErrorCode.ProviderRefused),
            (404, ReplyErrorCode.ProviderRefused), (500, ReplyErrorCode.ProviderUnavailable), (503, ReplyErrorCode.ProviderUnavailable) })
        {
            yield return new($"Status{status}", code, "", Send(Error(status)));
        }
        yield return new("Redirect", ReplyErrorCode.ProviderRefused, "", Send(Http(302, Json, "", "Location: http://example.com/")));
        yield return new("BadGateway", ReplyErrorCode.ProviderUnavailable, "", Send(Http(502, "text/html", $"<h1>Bad gateway</h1>{Key}")));
        yield return new("BusyThenWell", null, SuccessReply, Send(Error(429, "Retry-After: 0")));
        yield return new("BusyTwice", ReplyErrorCode.RateLimited, "", Send(Error(429)), Send(Error(429)));
        yield return new("BusyForAnHour", ReplyErrorCode.RateLimited, "", Send(Error(429, "Retry-After: 3600")));
        yield return new("QuotaUsedUp", ReplyErrorCode.RateLimited, "", Send(Error(429, "Retry-After: 0", "insufficient_quota")));
        yield return new("ClosedAtOnce", ReplyErrorCode.ProviderUnavailable, "", Send([]));
        yield return new("NotHttp", ReplyErrorCode.ProviderUnavailable, "", Send("SSH-2.0-OpenSSH_9.9\r\n"u8.ToArray()));
        yield return new("AnotherPage", ReplyErrorCode.InvalidResponse, "", Send(Http(200, "text/html", $"<h1>Welcome</h1>{Key}")));
        yield return new("NoEvents", ReplyErrorCode.InvalidResponse, "", Send(Http(200, Events, "")));
        yield return new("EmptyReply", ReplyErrorCode.EmptyReply, "", Send(Http(200, Events, Finish())));
        yield return new("BlankReply", ReplyErrorCode.EmptyReply, " \n", Send(Http(200, Events, Delta(" \n") + Finish())));
        yield return new("EndsTooEarly", ReplyErrorCode.ProviderUnavailable, Some, Send(Http(200, Events, Delta(Some))));
        yield return new("ShorterThanItSays", ReplyErrorCode.ProviderUnavailable, Some, Send(Http(200, Events, Delta(Some), length: 10_000)));
        yield return new("InvalidJson", ReplyErrorCode.InvalidResponse, Some, Send(Http(200, Events, Delta(Some) + $"data: {{\"choices\": [{{{Key}]\n\n")));
        yield return new("OtherJson", ReplyErrorCode.InvalidResponse, Some, Send(Http(200, Events, Delta(Some) + "data: {\"choices\": \"none\"}\n\n")));
        yield return new("NoUsage", null, Some, Send(Http(200, Events, Delta(Some) + Finish(usage: false))));
        yield return new("NulInTheText", null, "a\ufffdb", Send(Http(200, Events, Delta("a\0b") + Finish())));
    }

    /// <summary>Faults that would never end.</summary>
    public static IEnumerable<ProviderFault> Endless()
    {
        yield return new("Silent", ReplyErrorCode.Timeout, "", Hang([]));
        yield return new("SilentAfterSomeText", ReplyErrorCode.Timeout, Some, Hang(Http(200, Events, Delta(Some), length: 10_000)));
        yield return new("AByteASecond", ReplyErrorCode.Timeout, "", Drip(Http(200, Events, Delta(Some)), TimeSpan.FromSeconds(1)));
    }

    public override string ToString() => Name;

    private static byte[] Error(int status, string? header = null, string code = "some_code") =>
        Http(status, Json, $$$"""{"error": {"message": "Incorrect API key provided: {{{Key}}}.", "type": "some_type", "code": "{{{code}}}"}}""", header);
}
