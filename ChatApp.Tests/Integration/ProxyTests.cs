using System.Net;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Integration;

/// <summary>Headers of proxies, which anybody can send.</summary>
internal sealed class ProxyTests
{
    [Test]
    public async Task SignIn_HeadersOfNoKnownProxy_AreIgnored([Values("", "10.0.0.1, 192.0.2.0/24")] string known)
    {
        await using var app = await TestApp.StartAsync(new() { ["Proxies:Known"] = known });

        var (address, response) = await SignInAsync(app, "203.0.113.7");

        Assert.That(address, Is.EqualTo("127.0.0.1"));
        Assert.That(response.Headers.Contains("Strict-Transport-Security"), Is.False);
    }

    [Test]
    public async Task SignIn_HeadersOfAKnownProxy_AreTheClients([Values] bool byFrameworkSwitch)
    {
        await using var app = await TestApp.StartAsync(
            byFrameworkSwitch ? new() { ["ForwardedHeaders_Enabled"] = "true" } : new() { ["Proxies:Known"] = "127.0.0.1, 10.0.0.0/8" });

        Assert.That((await SignInAsync(app, "203.0.113.7")).Address, Is.EqualTo("203.0.113.7"));
        Assert.That((await SignInAsync(app, "198.51.100.1, 203.0.113.7")).Address, Is.EqualTo("203.0.113.7"), "what the client claims itself is ignored");
        Assert.That((await SignInAsync(app, "203.0.113.7, 10.0.0.2")).Address, Is.EqualTo(byFrameworkSwitch ? "10.0.0.2" : "203.0.113.7"), "two proxies");
    }

    [Test]
    public async Task SignIn_TlsAtAKnownProxy_HasASecureCookieAndStaysWithTls()
    {
        await using var app = await TestApp.StartAsync(new() { ["Proxies:Known"] = "127.0.0.1" });
        using var client = Client(app, "203.0.113.7");
        client.DefaultRequestHeaders.Host = "chat.example.com";

        using var page = await client.GetAsync("/login");

        Assert.That(page.Headers.GetValues("Strict-Transport-Security"), Is.EqualTo(new[] { "max-age=31536000" }));
        Assert.That(page.Headers.GetValues("Set-Cookie"), Is.Not.Empty.And.All.Contains("secure"));
    }

    [Test]
    public async Task Start_InvalidProxy_FailsAndNamesTheSetting() =>
        await Assert.ThatAsync(() => TestApp.StartAsync(new() { ["Proxies:Known"] = "proxy.example.com" }), Throws.InvalidOperationException.With.Message.StartsWith("Proxies:Known"));

    private static async Task<(string? Address, HttpResponseMessage Response)> SignInAsync(TestApp app, string forwardedFor)
    {
        var user = await app.RegisterAsync();
        using var client = Client(app, forwardedFor);
        var response = await client.PostAsync("/auths/login", TestApp.Form(user.Name, TestUser.Password));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        var address = await app.WithDb(db => db.SecurityEvents.AsNoTracking().Where(e => e.SubjectId == user.Id && e.Kind == "sign_in").OrderByDescending(e => e.Id).Select(e => e.Address).FirstAsync());
        return (address, response);
    }

    private static HttpClient Client(TestApp app, string forwardedFor)
    {
        var client = app.Anonymous();
        client.DefaultRequestHeaders.Add("X-Forwarded-For", forwardedFor);
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        return client;
    }
}
