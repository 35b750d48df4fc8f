using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace ChatApp.Tests.Support;

/// <summary>A browser without scripts: keeps cookies, and sends forms with the antiforgery token of their page. Follows no redirects.</summary>
internal sealed partial class PageClient : IDisposable
{
    private readonly CookieContainer _cookies = new();
    private readonly HttpClient _client;

    public PageClient(Uri address)
    {
        _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = _cookies, RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 }) { BaseAddress = address };
        _client.DefaultRequestHeaders.Add("Accept", "text/html");
    }

    public Uri Address => _client.BaseAddress!;

    /// <summary>Headers of all requests.</summary>
    public System.Net.Http.Headers.HttpRequestHeaders Headers => _client.DefaultRequestHeaders;

    public IReadOnlyList<Cookie> Cookies => [.. _cookies.GetCookies(Address).Cast<Cookie>()];

    public void Add(string cookie, string value) => _cookies.Add(Address, new Cookie(cookie, value));

    public Task<HttpResponseMessage> GetAsync(string path) => _client.GetAsync(new Uri(path, UriKind.Relative));

    /// <summary>A page that must be there.</summary>
    public async Task<string> TextAsync(string path)
    {
        using var response = await GetAsync(path);
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), text);
        return WebUtility.HtmlDecode(text);
    }

    /// <summary>Opens a page and sends a form of it.</summary>
    public async Task<HttpResponseMessage> SubmitAsync(string page, string action, params (string Name, string Value)[] fields)
    {
        var token = Token().Match(await TextAsync(page)).Groups[1].Value;
        Assert.That(token, Is.Not.Empty, $"{page} has a form");
        using var form = new FormUrlEncodedContent([.. fields.Select(f => KeyValuePair.Create(f.Name, f.Value)), KeyValuePair.Create("__RequestVerificationToken", token)]);
        return await _client.PostAsync(new Uri(action, UriKind.Relative), form);
    }

    /// <summary>Signs in on the page.</summary>
    public Task<HttpResponseMessage> LogInAsync(string name, string password) => SubmitAsync("/login", "/login", ("username", name), ("password", password));

    public void Dispose() => _client.Dispose();

    [GeneratedRegex("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
