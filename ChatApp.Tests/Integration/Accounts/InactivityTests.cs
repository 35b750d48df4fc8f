using System.Net;
using ChatApp.Data.Accounts;
using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Integration.Accounts;

/// <summary>Sign-ins end when they are not used.</summary>
internal sealed class InactivityTests : AppFixture
{
    private readonly TestClock _clock = new();

    protected override void Adjust(WebApplicationBuilder builder) => builder.Services.AddSingleton<TimeProvider>(_clock);

    [Test]
    public async Task SignIns_WithoutUse_EndAfterTheTimeout()
    {
        var timeout = new AccountSettings().InactivityTimeout;
        var user = await App.RegisterAsync();
        var cookie = await StartCookieAsync(user);
        var program = (await App.LogInAsync(user.Name, TestUser.Password)).RefreshToken;
        using var client = App.Anonymous();
        for (var i = 0; i < 2; i++) // used in the meantime, both live on
        {
            _clock.Advance(timeout - TimeSpan.FromHours(2));
            await AssertCookieAsync(cookie, works: true);
            program = (await client.SendJsonAsync(HttpMethod.Post, "/auths/refresh", new { refresh_token = program })).Text("refresh_token");
        }

        _clock.Advance(timeout + TimeSpan.FromMinutes(1));

        await AssertCookieAsync(cookie, works: false);
        await client.ProblemAsync(HttpMethod.Post, "/auths/refresh", new { refresh_token = program }, HttpStatusCode.Unauthorized);
        Assert.That(await App.WithServiceAsync<SignIns, int>(async s => (await s.ListAsync(user.Id, CancellationToken.None)).Count), Is.Zero);
    }

    [Test]
    public async Task SignIn_UsedOften_IsWrittenOncePerMinute()
    {
        var user = await App.RegisterAsync();
        var cookie = await StartCookieAsync(user);
        await AssertCookieAsync(cookie, works: true);
        var first = await LastUseAsync(user);
        _clock.Advance(TimeSpan.FromSeconds(20));
        await AssertCookieAsync(cookie, works: true);
        var second = await LastUseAsync(user);
        _clock.Advance(TimeSpan.FromSeconds(50));
        await AssertCookieAsync(cookie, works: true);

        Assert.That(second, Is.EqualTo(first).And.Not.Null);
        Assert.That(await LastUseAsync(user) - first, Is.GreaterThan(TimeSpan.FromMinutes(1)));
    }

    private Task<string> StartCookieAsync(TestUser user) => App.WithServiceAsync<LoginService, string>(s => s.StartCookieAsync(user.Id, CancellationToken.None));

    private Task<DateTimeOffset?> LastUseAsync(TestUser user) =>
        App.WithDb(db => db.AccessTokens.Where(t => t.UserId == user.Id && t.Kind == TokenKind.Cookie).Select(t => t.LastUsedAt).SingleAsync());

    private async Task AssertCookieAsync(string cookie, bool works)
    {
        using var client = App.WithCookie(cookie);
        using var response = await client.GetAsync(new Uri("/users/me", UriKind.Relative));
        Assert.That(response.StatusCode, Is.EqualTo(works ? HttpStatusCode.OK : HttpStatusCode.Unauthorized));
    }
}
