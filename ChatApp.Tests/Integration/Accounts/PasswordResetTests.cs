using System.Net;
using ChatApp.Data.Accounts;
using ChatApp.Domain.Errors;
using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Integration.Accounts;

/// <summary>Links from an administrator that set a new password.</summary>
internal sealed class PasswordResetTests : AppFixture
{
    private const string Next = "a better horse 9";

    private readonly TestClock _clock = new();
    private TestUser _administrator = null!;
    private TestUser _user = null!;

    protected override void Adjust(WebApplicationBuilder builder) => builder.Services.AddSingleton<TimeProvider>(_clock);

    [OneTimeSetUp]
    public async Task RegisterAdministrator() => _administrator = await App.RegisterAsync("admin");

    [SetUp]
    public async Task Register() => _user = await App.RegisterAsync();

    [Test]
    public async Task Link_FromThePage_SetsThePasswordOnceAndEndsAllSignIns()
    {
        using var admin = new PageClient(App.Address);
        (await admin.LogInAsync(_administrator.Name, TestUser.Password)).Dispose();
        using var created = await admin.SubmitAsync($"/admin/users/{_user.Id}/reset-link", $"/admin/users/{_user.Id}/reset-link");
        var link = System.Text.RegularExpressions.Regex.Match(await created.Content.ReadAsStringAsync(), "value=\"([^\"]+/reset-password[^\"]+)\"").Groups[1].Value;
        var path = new Uri(link).PathAndQuery;
        using var browser = new PageClient(App.Address);
        Assert.That(await browser.TextAsync(path), Does.Contain(_user.Name), "opening it, as a preview does, does not use it up");

        using var weak = await browser.SubmitAsync(path, "/reset-password", ("token", path.Split('=')[1]), ("new_password", "password12345"));
        using var done = await browser.SubmitAsync(path, "/reset-password", ("token", path.Split('=')[1]), ("new_password", Next));

        Assert.That(weak.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(done.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        await _user.Client.ProblemAsync(HttpMethod.Get, "/users/me", null, HttpStatusCode.Unauthorized);
        await App.LogInAsync(_user.Name, Next);
        using var again = await browser.GetAsync(path);
        Assert.That(again.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(() => UseAsync(path.Split('=')[1], "another horse 10"), Throws.InstanceOf<InvalidException>());
    }

    [Test]
    public async Task Link_AfterADayOrANewerOne_DoesNotWork()
    {
        var (first, second) = (await CreateAsync(), await CreateAsync());

        Assert.That(() => UseAsync(first, Next), Throws.InstanceOf<InvalidException>());
        _clock.Advance(PasswordResets.Lifetime);
        Assert.That(() => UseAsync(second, Next), Throws.InstanceOf<InvalidException>());
        await App.LogInAsync(_user.Name, TestUser.Password);
    }

    [Test]
    public async Task Link_UsedTenTimesAtOnce_WorksOnce()
    {
        var secret = await CreateAsync();

        var worked = await Task.WhenAll(Enumerable.Range(0, 10).Select(async i =>
        {
            try
            {
                await UseAsync(secret, $"{Next} {i}");
                return true;
            }
            catch (InvalidException)
            {
                return false;
            }
        }));

        Assert.That(worked.Count(w => w), Is.EqualTo(1));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Link_OfAnAccountWithTwoFactor_RemovesItIfWanted(bool removes)
    {
        var (phone, _) = await Authenticator.TurnOnAsync(App, _user, _clock);
        await UseAsync(await CreateAsync(removes), Next);

        using var client = App.Anonymous();
        using var response = await client.SendAsync(HttpMethod.Post, "/auths/login", TestApp.Form(_user.Name, Next));

        Assert.That(response.StatusCode, Is.EqualTo(removes ? HttpStatusCode.OK : HttpStatusCode.Unauthorized));
        Assert.That(phone.Secret, Is.Not.Empty);
    }

    [Test]
    public async Task Link_OfAPausedAccount_LiftsThePause()
    {
        using var client = App.Anonymous();
        for (var i = 0; i < 5; i++)
        {
            await client.ProblemAsync(HttpMethod.Post, "/auths/login", TestApp.Form(_user.Name, "wrong horse 8"), HttpStatusCode.Unauthorized);
        }

        await UseAsync(await CreateAsync(), Next);

        await App.LogInAsync(_user.Name, Next);
    }

    [Test]
    public async Task Page_ByAUserWhoIsNoAdministrator_Is403()
    {
        using var browser = new PageClient(App.Address);
        (await browser.LogInAsync(_user.Name, TestUser.Password)).Dispose();

        using var response = await browser.GetAsync($"/admin/users/{_administrator.Id}/reset-link");

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    private Task<string> CreateAsync(bool removesTwoFactor = false) =>
        App.WithServiceAsync((PasswordResets s) => s.CreateAsync(_user.Id, removesTwoFactor, CancellationToken.None));

    private Task<bool> UseAsync(string secret, string password) => App.WithServiceAsync(async (PasswordResets s) =>
    {
        await s.UseAsync(secret, password, revokesKeys: false, CancellationToken.None);
        return true;
    });
}
