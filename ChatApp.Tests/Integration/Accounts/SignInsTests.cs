using System.Net;
using ChatApp.Data.Accounts;
using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Integration.Accounts;

/// <summary>The list of sign-ins, on two instances of the app over one database.</summary>
internal sealed class SignInsTests : AppFixture
{
    private const string Firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

    private readonly TestClock _clock = new();
    private TestApp _other = null!;

    [OneTimeSetUp]
    public async Task StartOther() => _other = await TestApp.StartAsync(connectionString: App.ConnectionString, adjust: Adjust);

    [OneTimeTearDown]
    public async Task StopOther() => await _other.DisposeAsync();

    protected override void Adjust(WebApplicationBuilder builder) => builder.Services.AddSingleton<TimeProvider>(_clock);

    [Test]
    public async Task List_BrowserAndProgram_TellsWhenAndFromWhere()
    {
        var user = await App.RegisterAsync();
        var started = _clock.GetUtcNow();
        using var browser = new PageClient(App.Address);
        browser.Headers.Add("User-Agent", Firefox);
        (await browser.LogInAsync(user.Name, TestUser.Password)).Dispose();
        _clock.Advance(TimeSpan.FromMinutes(30));
        using var client = _other.Anonymous();
        var renewed = await client.SendJsonAsync(HttpMethod.Post, "/auths/refresh", new { refresh_token = user.RefreshToken });
        using var program = _other.WithToken(renewed.Text("access_token"));

        var list = (await program.GetJsonAsync("/users/me/sign-ins")).Items("sign_ins");

        Assert.That(list.Select(s => s.Text("kind")), Is.EqualTo(new[] { "program", "browser" }), "last used first");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(list.Select(s => s.GetProperty("current").GetBoolean()), Is.EqualTo(new[] { true, false }));
            Assert.That(list.Select(s => s.Text("address")), Is.All.EqualTo("127.0.0.1"));
            Assert.That(list[1].Text("user_agent"), Is.EqualTo(Firefox));
            Assert.That(list.Select(s => s.GetProperty("started_at").GetDateTimeOffset()), Is.All.EqualTo(started).Within(TimeSpan.FromMinutes(1)), "a renewal does not start it again");
            Assert.That(list[0].GetProperty("last_used_at").GetDateTimeOffset(), Is.EqualTo(_clock.GetUtcNow()).Within(TimeSpan.FromMinutes(2)));
        }
        Assert.That(await browser.TextAsync("/account/sign-ins"), Does.Contain("Firefox on Linux").And.Contain("This browser"));
    }

    [Test]
    public async Task Revoke_OneSignIn_EndsItOnEveryInstanceAndNoOther()
    {
        var user = await App.RegisterAsync();
        var lost = await App.LogInAsync(user.Name, TestUser.Password);
        var id = await CurrentAsync(lost.Client);

        await user.Client.SendJsonAsync(HttpMethod.Delete, $"/users/me/sign-ins/{id}", null, HttpStatusCode.NoContent);

        foreach (var app in new[] { App, _other })
        {
            using var client = app.WithToken(lost.AccessToken);
            await client.ProblemAsync(HttpMethod.Get, "/users/me", null, HttpStatusCode.Unauthorized);
            await client.ProblemAsync(HttpMethod.Post, "/auths/refresh", new { refresh_token = lost.RefreshToken }, HttpStatusCode.Unauthorized);
        }
        Assert.That((await user.Client.GetJsonAsync("/users/me/sign-ins")).Number("count"), Is.EqualTo(1));
        await user.Client.ProblemAsync(HttpMethod.Delete, $"/users/me/sign-ins/{id}", null, HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Revoke_SomebodyElses_Is404AndEndsNothing()
    {
        var (user, stranger) = (await App.RegisterAsync(), await App.RegisterAsync());
        var id = await CurrentAsync(user.Client);

        await stranger.Client.ProblemAsync(HttpMethod.Delete, $"/users/me/sign-ins/{id}", null, HttpStatusCode.NotFound);

        await user.Client.GetJsonAsync("/users/me");
    }

    [Test]
    public async Task List_ApiKeysAndChallenges_AreNoSignIns()
    {
        var user = await App.RegisterAsync();
        await user.Client.SendJsonAsync(HttpMethod.Post, "/users/me/api-keys", new { name = "k", scopes = new[] { "read" } }, HttpStatusCode.Created);
        await App.WithServiceAsync((SignInService s) => s.StartChallengeAsync(user.Id, CancellationToken.None));
        await App.WithServiceAsync((PasswordResets s) => s.CreateAsync(user.Id, false, CancellationToken.None));

        Assert.That((await user.Client.GetJsonAsync("/users/me/sign-ins")).Number("count"), Is.EqualTo(1));
    }

    private static async Task<string> CurrentAsync(HttpClient client) =>
        (await client.GetJsonAsync("/users/me/sign-ins")).Items("sign_ins").Single(s => s.GetProperty("current").GetBoolean()).Text("id");
}
