using System.Net;
using ChatApp.Data.Accounts;
using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Integration;

/// <summary>The API with the pages' cookie, which a browser also sends for other sites' pages.</summary>
internal sealed class AntiforgeryTests : ChatFixture
{
    private static readonly (string Method, string Path, string? Body)[] Unsafe =
    [
        ("POST", "/chat/sessions", "{}"),
        ("POST", "/chat", """{"message": "forged"}"""),
        ("POST", "/chat/stream", """{"message": "forged"}"""),
        ("PUT", "/chat/sessions/{id}", """{"title": "forged"}"""),
        ("DELETE", "/chat/sessions/{id}", null),
        ("POST", "/chat/sessions/{id}/messages", """{"content": "forged"}"""),
        ("DELETE", "/chat/history", null),
        ("POST", "/auths/logout", null),
    ];

    private TestUser _user = null!;
    private string _cookie = "";
    private string _session = "";

    [OneTimeSetUp]
    public async Task Arrange()
    {
        _user = await App.RegisterAsync();
        _cookie = await App.WithServiceAsync<LoginService, string>(s => s.StartCookieAsync(_user.Id, CancellationToken.None));
        _session = (await CreateSessionAsync(_user, "Mine")).Text("id");
    }

    [TestCase(null)]
    [TestCase("nonsense")]
    [TestCase("{stranger}")]
    public async Task UnsafeRequest_WithTheCookieAndNoTokenOfItsUser_Is400AndDoesNothing(string? token)
    {
        if (token == "{stranger}")
        {
            token = (await TokensAsync((await App.RegisterAsync()).Id)).Request;
        }
        var tokens = await TokensAsync(_user.Id);
        using var client = App.WithCookie($"{_cookie}; {tokens.Cookie}");
        if (token is not null)
        {
            client.DefaultRequestHeaders.Add("X-CSRF-Token", token);
        }
        foreach (var (method, path, body) in Unsafe)
        {
            await client.ProblemAsync(
                new HttpMethod(method), path.Replace("{id}", _session, StringComparison.Ordinal), body is null ? null : Api.Raw(body), HttpStatusCode.BadRequest);
        }

        var stored = await App.WithDb(db => db.Sessions.AsNoTracking().SingleAsync(s => s.UserId == _user.Id));
        Assert.That((stored.Title, stored.DeletedAt, stored.MessageCount), Is.EqualTo(("Mine", (DateTimeOffset?)null, 0)));
        Assert.That((await client.GetJsonAsync("/users/me")).Id(), Is.EqualTo(_user.Id), "still signed in");
    }

    [Test]
    public async Task UnsafeRequest_WithTheCookieAndItsToken_Works()
    {
        var user = await App.RegisterAsync();
        var cookie = await App.WithServiceAsync<LoginService, string>(s => s.StartCookieAsync(user.Id, CancellationToken.None));
        var tokens = await TokensAsync(user.Id);
        using var client = App.WithCookie($"{cookie}; {tokens.Cookie}");
        client.DefaultRequestHeaders.Add("X-CSRF-Token", tokens.Request);

        var response = await client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "hello" });

        Assert.That(response.Text("response"), Is.EqualTo(GatedModel.Reply));
    }

    [Test]
    public async Task TextPlainJson_WithTheCookie_IsRejected()
    {
        using var client = App.WithCookie(_cookie);

        using var response = await client.SendAsync(HttpMethod.Post, "/chat", Api.Raw("""{"message": "forged"}""", "text/plain"));

        Assert.That(response.StatusCode, Is.AnyOf(HttpStatusCode.BadRequest, HttpStatusCode.UnsupportedMediaType));
    }

    [Test]
    public async Task UnsafeRequest_WithTheBearerToken_NeedsNoOther() =>
        await _user.Client.SendJsonAsync(HttpMethod.Put, $"/chat/sessions/{_session}", new { pinned = true });

    // What a page of the app would send for this user: the form's or header's token and its cookie.
    private Task<(string Request, string Cookie)> TokensAsync(Guid userId) => App.WithServiceAsync<IAntiforgery, (string, string)>(antiforgery =>
    {
        var context = new DefaultHttpContext { RequestServices = App.Services };
        context.User = new(new System.Security.Claims.ClaimsIdentity([new(System.Security.Claims.ClaimTypes.NameIdentifier, userId.ToString())], "cookie"));
        var tokens = antiforgery.GetTokens(context);
        return Task.FromResult((tokens.RequestToken!, $"chatapp-csrf={tokens.CookieToken}"));
    });
}
