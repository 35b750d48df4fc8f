using System.Net;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Integration;

/// <summary>Other sites' pages are blocked unless the operator has configured their sites.</summary>
internal sealed class CorsTests : AppFixture
{
    private const string Friend = "https://team.example.com";
    private const string Second = "http://localhost:3000";
    private const string Foe = "https://evil.example.com";

    protected override Dictionary<string, string> Settings => new() { ["Cors:Origins"] = $"{Friend} {Second}" };

    [TestCase(Friend, true)]
    [TestCase(Second, true)]
    [TestCase(Foe, false)]
    [TestCase("null", false)]
    [TestCase("https://team.example.com.evil.example.com", false)]
    public async Task Preflight_FromAConfiguredSite_IsAllowed(string origin, bool allowed)
    {
        using var response = await PreflightAsync(App, "/chat", origin);

        Assert.That(Allowed(response), Is.EqualTo(allowed ? origin : null));
        Assert.That(response.StatusCode, allowed ? Is.EqualTo(HttpStatusCode.NoContent) : Is.Not.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Headers.Contains("Access-Control-Allow-Credentials"), Is.False, "never with the cookie");
    }

    [Test]
    public async Task Call_FromAConfiguredSite_IsReadableEvenIfItFails()
    {
        var user = await App.RegisterAsync();
        user.Client.DefaultRequestHeaders.Add("Origin", Friend);
        foreach (var (path, status) in new[] { ("/users/me", HttpStatusCode.OK), ("/chat/sessions/nothing", HttpStatusCode.NotFound), ("/chat/sessions?limit=0", HttpStatusCode.BadRequest) })
        {
            using var response = await user.Client.SendAsync(HttpMethod.Get, path, null);
            Assert.That((response.StatusCode, Allowed(response)), Is.EqualTo((status, Friend)));
        }
        using var anonymous = App.Anonymous();
        anonymous.DefaultRequestHeaders.Add("Origin", Friend);
        using var refused = await anonymous.SendAsync(HttpMethod.Get, "/users/me", null);
        Assert.That((refused.StatusCode, Allowed(refused)), Is.EqualTo((HttpStatusCode.Unauthorized, Friend)));
    }

    [Test]
    public async Task Page_FromAConfiguredSite_IsNotReadable()
    {
        using var client = App.Anonymous();
        client.DefaultRequestHeaders.Add("Origin", Friend);

        using var response = await client.SendAsync(HttpMethod.Get, "/login", null);

        Assert.That((response.StatusCode, Allowed(response)), Is.EqualTo((HttpStatusCode.OK, (string?)null)));
    }

    [Test]
    public async Task Any_NothingConfigured_IsNotReadableByOtherSites()
    {
        await using var closed = await TestApp.StartAsync();
        using var preflight = await PreflightAsync(closed, "/chat", Friend);
        using var client = closed.Anonymous();
        client.DefaultRequestHeaders.Add("Origin", Friend);
        using var call = await client.SendAsync(HttpMethod.Get, "/health", null);

        Assert.That(preflight.Headers.Concat(call.Headers).Select(h => h.Key).Where(h => h.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase)), Is.Empty);
        Assert.That(preflight.StatusCode, Is.EqualTo(HttpStatusCode.MethodNotAllowed));
    }

    private static async Task<HttpResponseMessage> PreflightAsync(TestApp app, string path, string origin)
    {
        using var client = app.Anonymous();
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type,idempotency-key");
        return await client.SendAsync(request);
    }

    private static string? Allowed(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Access-Control-Allow-Origin", out var origins) ? origins.Single() : null;
}
