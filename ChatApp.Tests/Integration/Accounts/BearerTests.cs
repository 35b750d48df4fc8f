using System.Net;
using ChatApp.Data.Accounts;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Integration.Accounts;

internal sealed class BearerTests : AppFixture
{
    private TestUser _user = null!;

    [OneTimeSetUp]
    public async Task Register() => _user = await App.RegisterAsync();

    [TestCase("Bearer")]
    [TestCase("Bearer ")]
    [TestCase("Bearer nonsense")]
    [TestCase("Bearer {refresh}")]
    [TestCase("Bearer {cookie}")]
    [TestCase("Bearer {access}x")]
    [TestCase("Bearer {access} {access}")]
    [TestCase("Bearer é€😀")]
    [TestCase("Bearer Bearer {access}")]
    [TestCase("Basic {access}")]
    [TestCase("{access}")]
    public async Task Request_InvalidAuthorization_Is401WithBearerChallenge(string authorization)
    {
        var cookie = await App.WithServiceAsync<LoginService, string>(s => s.StartCookieAsync(_user.Id, CancellationToken.None));
        using var client = App.Anonymous();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/users/me");
        var value = authorization.Replace("{access}", _user.AccessToken, StringComparison.Ordinal)
            .Replace("{refresh}", _user.RefreshToken, StringComparison.Ordinal).Replace("{cookie}", cookie, StringComparison.Ordinal);
        request.Headers.TryAddWithoutValidation("Authorization", value);

        using var response = await client.SendAsync(request);

        await response.ProblemAsync(HttpStatusCode.Unauthorized);
        Assert.That(response.Headers.WwwAuthenticate.ToString(), Does.StartWith("Bearer"));
    }

    [Test]
    public async Task Request_TokenInTheQuery_Is401()
    {
        using var client = App.Anonymous();

        await client.ProblemAsync(HttpMethod.Get, $"/users/me?access_token={_user.AccessToken}&token={_user.AccessToken}", null, HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task Request_AccessTokenAsCookie_Is401()
    {
        using var client = App.WithCookie(_user.AccessToken);

        await client.ProblemAsync(HttpMethod.Get, "/users/me", null, HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task Request_LowerCaseScheme_Succeeds()
    {
        using var client = App.Anonymous();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"bearer {_user.AccessToken}");

        Assert.That((await client.GetJsonAsync("/users/me")).Id(), Is.EqualTo(_user.Id));
    }

    [Test]
    public async Task Request_InvalidBearerAndValidCookie_Is401()
    {
        var cookie = await App.WithServiceAsync<LoginService, string>(s => s.StartCookieAsync(_user.Id, CancellationToken.None));
        using var client = App.WithCookie(cookie);
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Bearer nonsense");

        await client.ProblemAsync(HttpMethod.Get, "/users/me", null, HttpStatusCode.Unauthorized);
    }
}
