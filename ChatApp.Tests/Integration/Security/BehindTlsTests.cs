using System.Net;
using System.Text.RegularExpressions;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Integration.Security;

/// <summary>Behind a proxy with TLS: cookies that only this host can set, and HSTS.</summary>
internal sealed partial class BehindTlsTests : AppFixture
{
    protected override Dictionary<string, string> Settings => new() { ["Proxies:Known"] = "127.0.0.1" };

    [Test]
    public async Task Cookies_BehindTls_AreAllSecureAndBoundToTheHost()
    {
        var user = await App.RegisterAsync();
        using var client = Client();
        using var page = await client.GetAsync(new Uri("/login", UriKind.Relative));
        var token = Token().Match(await page.Content.ReadAsStringAsync()).Groups[1].Value;
        var csrf = page.Headers.GetValues("Set-Cookie").Single();
        Assert.That(csrf, Does.StartWith("__Host-chatapp-csrf=").And.Contain("secure").And.Contain("path=/").And.Not.Contain("domain"));
        var cookie = csrf.Split(';')[0];
        (string, string)[] form = [("username", user.Name), ("password", TestUser.Password), ("__RequestVerificationToken", token)];

        using var plain = await PostAsync(client, cookie.Replace("__Host-", "", StringComparison.Ordinal), form);
        using var signedIn = await PostAsync(client, cookie, form);

        Assert.That(plain.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest), "a cookie that others can set does not count");
        Assert.That(signedIn.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        var set = signedIn.Headers.GetValues("Set-Cookie").ToList();
        Assert.That(set.Select(c => c.Split('=')[0]), Is.SupersetOf(new[] { "__Host-chatapp", "__Host-chatapp-browser" }));
        Assert.That(set, Has.All.StartsWith("__Host-").And.All.Contains("secure").And.All.Contains("path=/"));
        using var accountPage = await SendAsync(client, HttpMethod.Get, "/account", $"{cookie}; {set.Single(c => c.StartsWith("__Host-chatapp=", StringComparison.Ordinal)).Split(';')[0]}");
        Assert.That(accountPage.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Cookie_WithEncodedCharacters_IsNoError(bool tls)
    {
        using var client = Client(tls: tls);
        using var page = await SendAsync(client, HttpMethod.Get, "/login", "chatapp=a%20b%3B%0A; other=%22%5C%2C");

        Assert.That(page.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("chat.example.com", true, true)]
    [TestCase("chat.example.com", false, false)]
    [TestCase("localhost", true, false)]
    public async Task Hsts_OfAResponse_IsSetBehindTlsOnly(string host, bool tls, bool expected)
    {
        using var client = Client(host, tls);
        foreach (var path in new[] { "/login", "/health", "/no/such/page" })
        {
            using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
            Assert.That(response.Headers.TryGetValues("Strict-Transport-Security", out var values), Is.EqualTo(expected), path);
            Assert.That(values?.Single(), Is.EqualTo(expected ? "max-age=31536000" : null));
        }
    }

    private HttpClient Client(string host = "chat.example.com", bool tls = true)
    {
        var client = App.Anonymous();
        client.DefaultRequestHeaders.Host = host;
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", tls ? "https" : "http");
        client.DefaultRequestHeaders.Add("Accept", "text/html");
        return client;
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, string cookie, (string Name, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent(form.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        return await SendAsync(client, HttpMethod.Post, "/login", cookie, content);
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string path, string cookie, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Add("Cookie", cookie);
        return await client.SendAsync(request);
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
