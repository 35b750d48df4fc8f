using System.Net;
using ChatApp.Data.Accounts;
using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Integration.Accounts;

/// <summary>Tokens, on two instances of the app over one database.</summary>
internal sealed class TokenTests : AppFixture
{
    private readonly TestClock _clock = new();
    private TestApp _other = null!;

    [OneTimeSetUp]
    public async Task StartOther() => _other = await TestApp.StartAsync(connectionString: App.ConnectionString, adjust: Adjust);

    [OneTimeTearDown]
    public async Task StopOther() => await _other.DisposeAsync();

    protected override void Adjust(WebApplicationBuilder builder) => builder.Services.AddSingleton<TimeProvider>(_clock);

    [Test]
    public async Task Refresh_Once_ReturnsNewTokensAndRevokesTheOldOnes()
    {
        var user = await App.RegisterAsync();

        var next = await RefreshAsync(user.RefreshToken);

        await AssertTokenAsync(user.AccessToken, works: false);
        await AssertTokenAsync(next.Text("access_token"), works: true);
        Assert.That(next.Text("refresh_token"), Is.Not.EqualTo(user.RefreshToken));
        Assert.That(next.GetProperty("user").Id(), Is.EqualTo(user.Id));
    }

    [Test]
    public async Task Refresh_UsedToken_EndsItsLoginAndNoOther()
    {
        var user = await App.RegisterAsync();
        var elsewhere = await App.LogInAsync(user.Name, TestUser.Password);
        var second = await RefreshAsync(user.RefreshToken);
        var third = await RefreshAsync(second.Text("refresh_token"));

        await AssertRefreshFailsAsync(user.RefreshToken);

        await AssertTokenAsync(third.Text("access_token"), works: false);
        await AssertRefreshFailsAsync(third.Text("refresh_token"));
        await AssertTokenAsync(elsewhere.AccessToken, works: true);
    }

    [Test]
    public async Task Refresh_TenConcurrentlyOnBothInstances_ReturnsAtMostOnePair()
    {
        var user = await App.RegisterAsync();
        using var here = App.Anonymous();
        using var there = _other.Anonymous();

        var responses = await Task.WhenAll(Enumerable.Range(0, 10).Select(i =>
            (i % 2 == 0 ? here : there).SendAsync(HttpMethod.Post, "/auths/refresh", new { refresh_token = user.RefreshToken })));

        Assert.That(responses.Count(r => r.StatusCode == HttpStatusCode.OK), Is.EqualTo(1));
        Assert.That(responses.Count(r => r.StatusCode == HttpStatusCode.Unauthorized), Is.EqualTo(9));
        Assert.That(await LiveTokensAsync(user), Is.Zero, "a token that is used twice ends the sign-in");
    }

    [TestCase("""{"refresh_token": "nonsense"}""", HttpStatusCode.Unauthorized)]
    [TestCase("""{"refresh_token": ""}""", HttpStatusCode.BadRequest)]
    [TestCase("""{"refresh_token": null}""", HttpStatusCode.BadRequest)]
    [TestCase("""{}""", HttpStatusCode.BadRequest)]
    [TestCase("""{"refresh_token": 7}""", HttpStatusCode.BadRequest)]
    [TestCase("""{"refresh_token": "\u0000"}""", HttpStatusCode.Unauthorized)]
    [TestCase("""{"refresh_token": "\ud800"}""", HttpStatusCode.BadRequest)]
    public async Task Refresh_InvalidToken_IsRejected(string body, HttpStatusCode status)
    {
        using var client = App.Anonymous();

        await client.ProblemAsync(HttpMethod.Post, "/auths/refresh", Api.Raw(body), status);
    }

    [Test]
    public async Task Refresh_AccessToken_Is401AndRevokesNothing()
    {
        var user = await App.RegisterAsync();

        await AssertRefreshFailsAsync(user.AccessToken);

        await AssertTokenAsync(user.AccessToken, works: true);
    }

    [Test]
    public async Task LogOut_TwoInstances_RevokesItsTokensOnBothAndNoOthers()
    {
        var user = await App.RegisterAsync();
        var elsewhere = await App.LogInAsync(user.Name, TestUser.Password);

        await user.Client.SendJsonAsync(HttpMethod.Post, "/auths/logout", null, HttpStatusCode.NoContent);

        await AssertTokenAsync(user.AccessToken, works: false);
        await AssertRefreshFailsAsync(user.RefreshToken);
        await AssertTokenAsync(elsewhere.AccessToken, works: true);
    }

    [Test]
    public async Task ChangePassword_TwoInstances_EndsAllOtherLoginsOnBoth()
    {
        var user = await App.RegisterAsync();
        var elsewhere = await App.LogInAsync(user.Name, TestUser.Password);
        var cookie = await App.WithServiceAsync<LoginService, string>(s => s.StartCookieAsync(user.Id, CancellationToken.None));
        var ownLogin = await App.WithDb(db => db.AccessTokens.Where(t => t.UserId == user.Id).OrderBy(t => t.Id).Select(t => t.LoginId).FirstAsync());

        var result = await App.WithServiceAsync<AccountService, bool>(async s =>
            (await s.ChangePasswordAsync(user.Id, ownLogin, TestUser.Password, "a better horse 9", CancellationToken.None)).Succeeded);

        Assert.That(result, Is.True);
        await AssertTokenAsync(user.AccessToken, works: true);
        await AssertTokenAsync(elsewhere.AccessToken, works: false);
        await AssertRefreshFailsAsync(elsewhere.RefreshToken);
        await AssertCookieAsync(cookie, works: false);
        using var client = App.Anonymous();
        await client.ProblemAsync(HttpMethod.Post, "/auths/login", TestApp.Form(user.Name, TestUser.Password), HttpStatusCode.Unauthorized);
        await client.SendJsonAsync(HttpMethod.Post, "/auths/login", TestApp.Form(user.Name, "a better horse 9"));
    }

    [Test]
    public async Task ChangePassword_WrongCurrentPassword_ChangesNothing()
    {
        var user = await App.RegisterAsync();

        var result = await App.WithServiceAsync<AccountService, bool>(async s =>
            (await s.ChangePasswordAsync(user.Id, Guid.Empty, "not the password", "a better horse 9", CancellationToken.None)).Succeeded);

        Assert.That(result, Is.False);
        await AssertTokenAsync(user.AccessToken, works: true);
        await App.LogInAsync(user.Name, TestUser.Password);
    }

    [Test]
    public async Task Disable_TwoInstances_RevokesEveryTokenOnBoth()
    {
        var user = await App.RegisterAsync();
        var cookie = await App.WithServiceAsync<LoginService, string>(s => s.StartCookieAsync(user.Id, CancellationToken.None));
        await AssertCookieAsync(cookie, works: true);

        await App.WithServiceAsync<AccountService, bool>(async s =>
        {
            await s.SetDisabledAsync(user.Id, disabled: true, CancellationToken.None);
            return true;
        });

        await AssertTokenAsync(user.AccessToken, works: false);
        await AssertRefreshFailsAsync(user.RefreshToken);
        await AssertCookieAsync(cookie, works: false);
        using var client = App.Anonymous();
        await client.ProblemAsync(HttpMethod.Post, "/auths/login", TestApp.Form(user.Name, TestUser.Password), HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task Tokens_AfterTheirLifetime_Expire()
    {
        var user = await App.RegisterAsync();
        _clock.Advance(LoginService.AccessLifetime - TimeSpan.FromMinutes(1));
        await AssertTokenAsync(user.AccessToken, works: true);

        _clock.Advance(TimeSpan.FromMinutes(2));
        await AssertTokenAsync(user.AccessToken, works: false);
        var next = await RefreshAsync(user.RefreshToken);

        _clock.Advance(LoginService.RefreshLifetime + TimeSpan.FromMinutes(1));
        await AssertRefreshFailsAsync(next.Text("refresh_token"));
    }

    [Test]
    public async Task Tokens_InTheDatabase_AreOnlyHashes()
    {
        var user = await App.RegisterAsync();
        var cookie = await App.WithServiceAsync<LoginService, string>(s => s.StartCookieAsync(user.Id, CancellationToken.None));

        var rows = await App.WithDb(db => db.Database.SqlQuery<string>($"SELECT t::text AS \"Value\" FROM access_tokens t WHERE user_id = {user.Id}").ToListAsync());
        var hashes = await App.WithDb(db => db.AccessTokens.Where(t => t.UserId == user.Id).Select(t => t.Hash).ToListAsync());

        Assert.That(hashes, Has.Count.EqualTo(3).And.All.Length.EqualTo(AccessToken.HashLength));
        foreach (var secret in new[] { user.AccessToken, user.RefreshToken, cookie })
        {
            var hex = Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(secret));
            var bytes = Convert.ToHexStringLower(System.Buffers.Text.Base64Url.DecodeFromChars(secret));
            Assert.That(rows, Has.None.Contains(secret).And.None.Contains(hex).And.None.Contains(bytes));
        }
    }

    private Task<int> LiveTokensAsync(TestUser user) => App.WithDb(db => db.AccessTokens.CountAsync(t => t.UserId == user.Id && t.EndedAt == null));

    private async Task<System.Text.Json.JsonElement> RefreshAsync(string token)
    {
        using var client = _other.Anonymous();
        return await client.SendJsonAsync(HttpMethod.Post, "/auths/refresh", new { refresh_token = token });
    }

    private async Task AssertRefreshFailsAsync(string token)
    {
        foreach (var app in new[] { App, _other })
        {
            using var client = app.Anonymous();
            await client.ProblemAsync(HttpMethod.Post, "/auths/refresh", new { refresh_token = token }, HttpStatusCode.Unauthorized);
        }
    }

    private async Task AssertTokenAsync(string token, bool works)
    {
        foreach (var app in new[] { App, _other })
        {
            using var client = app.WithToken(token);
            using var response = await client.GetAsync(new Uri("/users/me", UriKind.Relative));
            Assert.That(response.StatusCode, Is.EqualTo(works ? HttpStatusCode.OK : HttpStatusCode.Unauthorized));
        }
    }

    private async Task AssertCookieAsync(string cookie, bool works)
    {
        foreach (var app in new[] { App, _other })
        {
            using var client = app.WithCookie(cookie);
            using var response = await client.GetAsync(new Uri("/users/me", UriKind.Relative));
            Assert.That(response.StatusCode, Is.EqualTo(works ? HttpStatusCode.OK : HttpStatusCode.Unauthorized));
        }
    }
}
