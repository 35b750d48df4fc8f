using System.Net;
using System.Text.Json;
using ChatApp.Data;
using ChatApp.Data.Accounts;
using ChatApp.Data.Security;
using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Integration.Security;

/// <summary>Guessing passwords becomes slow, on all instances, and keeps nobody else out.</summary>
internal sealed class SignInThrottleTests : AppFixture
{
    private const string Wrong = "wrong horse 8";

    private readonly TestClock _clock = new();
    private TestApp _other = null!;
    private TestUser _administrator = null!;

    protected override void Adjust(WebApplicationBuilder builder) => builder.Services.AddSingleton<TimeProvider>(_clock);

    [OneTimeSetUp]
    public async Task StartOther()
    {
        _other = await TestApp.StartAsync(connectionString: App.ConnectionString, adjust: Adjust);
        _administrator = await App.RegisterAsync("admin");
    }

    [OneTimeTearDown]
    public async Task StopOther() => await _other.DisposeAsync();

    [TestCase(true)]
    [TestCase(false)]
    public async Task LogIn_SixthFailureOnAnyInstance_Is429WithADelayThatDoubles(bool exists)
    {
        var name = exists ? (await App.RegisterAsync()).Name : "nobody-at-all";
        using var here = App.Anonymous();
        using var there = _other.Anonymous();
        for (var i = 0; i < AttemptLimiter.FreeAttempts; i++)
        {
            await FailAsync(i % 2 == 0 ? here : there, name.ToUpperInvariant());
        }

        var delay = AttemptLimiter.FirstDelay;
        foreach (var client in new[] { there, here, there })
        {
            await AssertRefusedAsync(here, name, delay);
            await AssertRefusedAsync(there, name, delay);
            _clock.Advance(delay + TimeSpan.FromSeconds(1));
            await FailAsync(client, name);
            delay *= 2;
        }
        await AssertRefusedAsync(there, name, delay);
        _clock.Advance(delay + TimeSpan.FromSeconds(1));
        if (exists)
        {
            await App.LogInAsync(name, TestUser.Password);
            await FailAsync(here, name); // counting began anew
            await App.LogInAsync(name, TestUser.Password);
        }
    }

    [Test]
    public async Task LogIn_TheDelay_IsNeverLongerThanAQuarterOfAnHour()
    {
        var user = await App.RegisterAsync();
        using var client = App.Anonymous();
        for (var i = 0; i < 20; i++)
        {
            await FailAsync(client, user.Name);
            _clock.Advance(AttemptLimiter.LongestDelay + TimeSpan.FromSeconds(1));
        }

        await App.LogInAsync(user.Name, TestUser.Password);
    }

    [Test]
    public async Task LogIn_ManyConcurrentGuesses_AreCheckedFiveTimes()
    {
        var user = await App.RegisterAsync();
        using var client = App.Anonymous();

        var responses = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => client.PostAsync("/auths/login", TestApp.Form(user.Name, Wrong))));

        Assert.That(responses.Count(r => r.StatusCode == HttpStatusCode.Unauthorized), Is.EqualTo(AttemptLimiter.FreeAttempts));
        Assert.That(responses.Count(r => r.StatusCode == HttpStatusCode.TooManyRequests), Is.EqualTo(40 - AttemptLimiter.FreeAttempts));
        Assert.That(await App.WithDb(db => db.SecurityEvents.CountAsync(e => e.SubjectId == user.Id && e.Kind == "sign_in_throttled")), Is.EqualTo(1), "not an entry for each");
    }

    [Test]
    public async Task LogIn_FromAnotherAddressThanTheAttackers_Works()
    {
        var user = await App.RegisterAsync();
        using var attacker = App.From("127.0.0.66");
        for (var i = 0; i < AttemptLimiter.FreeAttempts; i++)
        {
            await FailAsync(attacker, user.Name);
        }
        await AssertRefusedAsync(attacker, user.Name, AttemptLimiter.FirstDelay);

        await App.LogInAsync(user.Name, TestUser.Password);
        await AssertRefusedAsync(attacker, user.Name, AttemptLimiter.FirstDelay); // the owner's success does not help others
    }

    [Test]
    public async Task LogIn_WhileManyAddressesAttack_WorksInAKnownBrowserAndAfterUnlocking()
    {
        var user = await App.RegisterAsync();
        using var known = new PageClient(App.Address);
        await known.LogInAsync(user.Name, TestUser.Password);
        await known.SubmitAsync("/account", "/logout");
        for (var i = 0; i <= AttemptLimiter.NetworksOfAnAttack + 1; i++)
        {
            using var attacker = App.From($"127.0.7.{i + 1}");
            using var response = await attacker.PostAsync("/auths/login", TestApp.Form(user.Name, Wrong));
            Assert.That(response.StatusCode, Is.EqualTo(i <= AttemptLimiter.NetworksOfAnAttack ? HttpStatusCode.Unauthorized : HttpStatusCode.TooManyRequests), $"address {i}");
        }

        using var stranger = App.Anonymous();
        await stranger.ProblemAsync(HttpMethod.Post, "/auths/login", TestApp.Form(user.Name, TestUser.Password), HttpStatusCode.TooManyRequests);
        using var failed = await known.LogInAsync(user.Name, Wrong);
        using var signedIn = await known.LogInAsync(user.Name, TestUser.Password);
        Assert.That(failed.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(signedIn.Headers.Location?.OriginalString, Is.EqualTo("/chat-ui"));
        using var admin = new PageClient(_other.Address);
        await admin.LogInAsync(_administrator.Name, TestUser.Password);
        Assert.That(await admin.TextAsync($"/admin/users?q={user.Name}"), Does.Contain("Sign-in paused").And.Contain($"Unlock sign-in for {user.Name}"));
        using (await admin.SubmitAsync("/admin/users", $"/admin/users/{user.Id}/unlock"))
        {
        }
        Assert.That(await admin.TextAsync($"/admin/users?q={user.Name}"), Does.Not.Contain("Sign-in paused"));
        await App.LogInAsync(user.Name, TestUser.Password);
        Assert.That(await App.WithDb(db => db.SecurityEvents.CountAsync(e => e.SubjectId == user.Id && e.Kind == "account_unlocked" && e.ActorId == _administrator.Id)), Is.EqualTo(1));
    }

    [Test]
    public async Task BrowserCookie_ForgedOrOfAnotherAccount_GivesNoFurtherAttempts()
    {
        var (user, attacker) = (await App.RegisterAsync(), await App.RegisterAsync());
        using var page = new PageClient(App.Address);
        await page.LogInAsync(attacker.Name, TestUser.Password);
        await page.SubmitAsync("/account", "/logout");
        Assert.That(page.Cookies.Select(c => c.Name), Does.Contain("chatapp-browser"));
        for (var i = 0; i < AttemptLimiter.FreeAttempts; i++)
        {
            using var failed = await page.LogInAsync(user.Name, Wrong);
            Assert.That(failed.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        }

        using var refused = await page.LogInAsync(user.Name, TestUser.Password);
        page.Add("chatapp-browser", page.Cookies.Single(c => c.Name == "chatapp-browser").Value[..^4] + "AAAA");
        using var forged = await page.LogInAsync(user.Name, TestUser.Password);

        Assert.That((refused.StatusCode, forged.StatusCode), Is.EqualTo((HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests)));
        Assert.That(refused.Headers.RetryAfter?.Delta, Is.InRange(TimeSpan.FromSeconds(1), AttemptLimiter.FirstDelay));
        Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain("Too many failed attempts. Try again in").And.Contain(user.Name));
    }

    [Test]
    public async Task ChangePassword_WrongCurrentPasswords_AreSlowedDownForThisSignInOnly()
    {
        var user = await App.RegisterAsync();
        using var thief = new PageClient(App.Address);
        using var owner = new PageClient(App.Address);
        await thief.LogInAsync(user.Name, TestUser.Password);
        await owner.LogInAsync(user.Name, TestUser.Password);
        for (var i = 0; i < AttemptLimiter.FreeAttempts; i++)
        {
            using var failed = await ChangeAsync(thief, Wrong);
            Assert.That(failed.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        }

        using var refused = await ChangeAsync(thief, TestUser.Password);
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(refused.Headers.RetryAfter?.Delta, Is.InRange(TimeSpan.FromSeconds(1), AttemptLimiter.FirstDelay));
        Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain("Too many failed attempts."));
        using var changed = await ChangeAsync(owner, TestUser.Password);
        Assert.That(changed.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That(await App.WithDb(db => db.SecurityEvents.CountAsync(e => e.SubjectId == user.Id && e.Kind == "password_change" && e.Result == "refused")), Is.EqualTo(1));
    }

    [Test]
    public async Task CleanUp_AfterADay_ForgetsAttempts()
    {
        var user = await App.RegisterAsync();
        using var client = App.Anonymous();
        await FailAsync(client, user.Name);
        _clock.Advance(AttemptLimiter.Memory + TimeSpan.FromMinutes(1));

        await App.WithServiceAsync<ChatApp.Data.Housekeeping, bool>(async h =>
        {
            await h.CleanUpAsync(CancellationToken.None);
            return true;
        });

        Assert.That(await App.WithDb(db => db.AttemptLimits.CountAsync()), Is.Zero);
    }

    [Test]
    public async Task LogIn_UnknownUserOrOldHash_TakesTheWorkOfAPresentHash()
    {
        await using var later = await TestApp.StartAsync(connectionString: App.ConnectionString, adjust: b => b.Services.Configure<PasswordHasherOptions>(o => o.IterationCount = 3_000));
        var (present, old) = (await later.RegisterAsync("present"), await App.RegisterAsync("old"));

        Assert.That(PasswordCheck.MissingIterations(null, 3_000), Is.EqualTo(3_000));
        Assert.That(PasswordCheck.MissingIterations(await HashOfAsync(present), 3_000), Is.Zero);
        Assert.That(PasswordCheck.MissingIterations(await HashOfAsync(old), 3_000), Is.EqualTo(2_000));
        Assert.That(PasswordCheck.MissingIterations(await HashOfAsync(present), 1_000), Is.Zero);
        await later.LogInAsync(old.Name, TestUser.Password);
        Assert.That(PasswordCheck.MissingIterations(await HashOfAsync(old), 3_000), Is.Zero, "a sign-in replaces an old hash");
        await App.LogInAsync(old.Name, TestUser.Password); // as an instance of the previous version would
    }

    [Test]
    public async Task Hasher_OfTheApp_HasOwaspsIterations()
    {
        var services = new ServiceCollection();
        services.AddLogging().AddChatData(new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build());
        await using var provider = services.BuildServiceProvider();

        Assert.That(provider.GetRequiredService<Microsoft.Extensions.Options.IOptions<PasswordHasherOptions>>().Value.IterationCount, Is.GreaterThanOrEqualTo(210_000));
    }

    private Task<string> HashOfAsync(TestUser user) => App.WithDb(db => db.Users.Where(u => u.Id == user.Id).Select(u => u.PasswordHash!).SingleAsync());

    private static Task<HttpResponseMessage> ChangeAsync(PageClient page, string current) =>
        page.SubmitAsync("/account", "/account/password", ("current_password", current), ("new_password", "a better horse 9"));

    private static Task<JsonElement> FailAsync(HttpClient client, string name) =>
        client.ProblemAsync(HttpMethod.Post, "/auths/login", TestApp.Form(name, Wrong), HttpStatusCode.Unauthorized);

    // The right password as well.
    private static async Task AssertRefusedAsync(HttpClient client, string name, TimeSpan delay)
    {
        using var response = await client.PostAsync("/auths/login", TestApp.Form(name, TestUser.Password));
        var problem = await response.ProblemAsync(HttpStatusCode.TooManyRequests);
        Assert.That(problem.Text("detail"), Does.StartWith("Too many failed attempts. Try again in "));
        Assert.That(response.Headers.RetryAfter?.Delta, Is.InRange(delay / 2, delay));
    }
}
