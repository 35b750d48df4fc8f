using System.Net;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Integration;

/// <summary>Rate limits, per user and for sign-in attempts.</summary>
internal sealed class RateLimitTests
{
    [Test]
    public async Task Request_OverTheLimit_Is429WithRetryAfterForThisUserOnly()
    {
        await using var app = await StartAsync(requests: 10, signIns: 60);
        var (busy, calm) = (await app.RegisterAsync(), await app.RegisterAsync());

        var responses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => busy.Client.SendAsync(HttpMethod.Get, "/chat/sessions", null)));

        Assert.That(responses.Count(r => r.StatusCode == HttpStatusCode.OK), Is.InRange(10, 12)); // the bucket refills in the meantime
        var refused = responses.First(r => r.StatusCode != HttpStatusCode.OK);
        await refused.ProblemAsync(HttpStatusCode.TooManyRequests);
        Assert.That(refused.Headers.RetryAfter!.Delta, Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(1)));
        await calm.Client.SendJsonAsync(HttpMethod.Get, "/chat/sessions"); // from the same address
    }

    [TestCase("/auths/login")]
    [TestCase("/auths/register")]
    public async Task SignIn_OverTheLimit_Is429AndLeavesOthersSignedIn(string path)
    {
        await using var app = await StartAsync(requests: 600, signIns: 4);
        var user = await app.RegisterAsync(); // registers and signs in: two attempts
        using var client = app.Anonymous();

        HttpResponseMessage? last = null;
        for (var i = 0; i < 4; i++)
        {
            last = path == "/auths/login"
                ? await client.PostAsync(path, TestApp.Form($"nobody{i}", "wrong password"))
                : await client.SendAsync(HttpMethod.Post, path, new { });
        }

        await last!.ProblemAsync(HttpStatusCode.TooManyRequests);
        Assert.That(last!.Headers.RetryAfter, Is.Not.Null);
        await user.Client.SendJsonAsync(HttpMethod.Get, "/chat/sessions");
    }

    [Test]
    public async Task Page_OverTheLimit_IsAFriendlyPage()
    {
        await using var app = await StartAsync(requests: 2, signIns: 60);
        using var client = app.Anonymous();
        client.DefaultRequestHeaders.Add("Accept", "text/html");
        HttpResponseMessage? last = null;
        for (var i = 0; i < 4; i++)
        {
            last = await client.GetAsync("/login");
        }

        Assert.That(last!.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(await last.Content.ReadAsStringAsync(), Does.Contain("Too many requests"));
        Assert.That((await client.GetAsync("/health")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    private static Task<TestApp> StartAsync(int requests, int signIns) => TestApp.StartAsync(new()
    {
        ["RateLimits:Enabled"] = "true",
        ["RateLimits:RequestsPerMinute"] = $"{requests}",
        ["RateLimits:SignInsPerMinute"] = $"{signIns}",
    });
}
