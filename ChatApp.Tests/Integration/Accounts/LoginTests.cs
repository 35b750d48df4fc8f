using System.Net;
using ChatApp.Data.Accounts;
using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Integration.Accounts;

internal sealed class LoginTests : AppFixture
{
    private const string Wrong = "wrong horse 8";

    private readonly TestClock _clock = new();

    protected override void Adjust(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<TimeProvider>(_clock);
        builder.Services.Configure<PasswordHasherOptions>(o => o.IterationCount = 50_000); // long enough for guesses to overlap
    }

    [Test]
    public async Task LogIn_NameOrEmailInAnyCase_ReturnsValidTokens()
    {
        var user = await App.RegisterAsync("Lovelace");
        using var client = App.Anonymous();

        foreach (var name in new[] { "Lovelace", "lovelace", "Lovelace@example.com", "LOVELACE@EXAMPLE.COM" })
        {
            var before = _clock.GetUtcNow();
            var login = await client.SendJsonAsync(HttpMethod.Post, "/auths/login", TestApp.Form(name, TestUser.Password));
            using (Assert.EnterMultipleScope())
            {
                Assert.That(login.Text("token_type"), Is.EqualTo("bearer"));
                Assert.That(login.Number("expires_in"), Is.EqualTo((int)LoginService.AccessLifetime.TotalSeconds));
                Assert.That(login.GetProperty("expires_at").GetDateTimeOffset(), Is.GreaterThan(before + LoginService.AccessLifetime - TimeSpan.FromSeconds(1)));
                Assert.That(login.GetProperty("user").Id(), Is.EqualTo(user.Id));
                Assert.That(login.GetProperty("user").Text("username"), Is.EqualTo("Lovelace"));
                Assert.That(login.GetProperty("user").Text("email"), Is.EqualTo("Lovelace@example.com"));
            }
            using var bearer = App.WithToken(login.Text("access_token"));
            Assert.That((await bearer.GetJsonAsync("/users/me")).Id(), Is.EqualTo(user.Id));
        }
    }

    [Test]
    public async Task LogIn_WrongPasswordOrUnknownUser_IsTheSame401()
    {
        var user = await App.RegisterAsync();
        using var client = App.Anonymous();

        var wrong = await client.ProblemAsync(HttpMethod.Post, "/auths/login", TestApp.Form(user.Name, Wrong), HttpStatusCode.Unauthorized);
        var unknown = await client.ProblemAsync(HttpMethod.Post, "/auths/login", TestApp.Form("nobody-at-all", Wrong), HttpStatusCode.Unauthorized);

        Assert.That(unknown.WithoutTraceId(), Is.EqualTo(wrong.WithoutTraceId()));
        Assert.That(await LoginsAsync(user), Is.EqualTo(1), "only the first one");
    }

    [Test]
    public async Task LogIn_Json_Is415()
    {
        var user = await App.RegisterAsync();
        using var client = App.Anonymous();

        await client.ProblemAsync(
            HttpMethod.Post, "/auths/login", new { username = user.Name, password = TestUser.Password }, HttpStatusCode.UnsupportedMediaType);

        Assert.That(await LoginsAsync(user), Is.EqualTo(1));
    }

    [TestCase("username=%ED%A0%80&password=%ED%A0%80")]
    [TestCase("username=%FF%FE&password=x")]
    [TestCase("username=&password=")]
    [TestCase("")]
    [TestCase("password=x")]
    [TestCase("username=x&username=y&password=a&password=b")]
    public async Task LogIn_UnusualForm_Is401(string form)
    {
        using var client = App.Anonymous();

        await client.ProblemAsync(HttpMethod.Post, "/auths/login", Api.Raw(form, "application/x-www-form-urlencoded"), HttpStatusCode.Unauthorized);
    }

    [TestCase("username=%00&password=x")]
    [TestCase("username=a%00b&password=%00")]
    public async Task LogIn_UnreadableForm_Is400(string form)
    {
        using var client = App.Anonymous();

        var problem = await client.ProblemAsync(HttpMethod.Post, "/auths/login", Api.Raw(form, "application/x-www-form-urlencoded"), HttpStatusCode.BadRequest);

        Assert.That(problem.GetProperty("errors").ToString(), Does.Not.Contain("JSON"));
    }

    [Test]
    public async Task LogIn_VeryLongFields_Is401()
    {
        using var client = App.Anonymous();

        await client.ProblemAsync(HttpMethod.Post, "/auths/login", TestApp.Form(new string('u', 100_000), new string('p', 100_000)), HttpStatusCode.Unauthorized);
    }

    private Task<int> LoginsAsync(TestUser user) =>
        App.WithDb(db => db.AccessTokens.Where(t => t.UserId == user.Id).Select(t => t.LoginId).Distinct().CountAsync());
}
