using System.Net;
using System.Text;
using System.Text.Json;
using ChatApp.Data.Accounts;
using ChatApp.Data.Accounts.TwoFactor;
using ChatApp.Data.Security;
using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Integration.Accounts;

/// <summary>Signing in with a code besides the password.</summary>
internal sealed class TwoFactorTests : AppFixture
{
    private readonly TestClock _clock = new();
    private TestUser _user = null!;
    private Authenticator _phone = null!;
    private IReadOnlyList<string> _recovery = [];

    protected override void Adjust(WebApplicationBuilder builder) => builder.Services.AddSingleton<TimeProvider>(_clock);

    [SetUp]
    public async Task TurnOn()
    {
        _user = await App.RegisterAsync();
        (_phone, _recovery) = await Authenticator.TurnOnAsync(App, _user, _clock);
    }

    [Test]
    public async Task LogIn_WithoutACode_IsToldThatOneIsNeeded()
    {
        var problem = await RefusedAsync(TestUser.Password, null);

        Assert.That(problem.Text("code"), Is.EqualTo("two_factor_required"));
    }

    [Test]
    public async Task LogIn_WrongPasswordWithTheRightCode_IsToldNothing()
    {
        var problem = await RefusedAsync("wrong horse 8", _phone.Code());

        Assert.That(problem.TryGetProperty("code", out _), Is.False);
        Assert.That(problem.Text("detail"), Does.StartWith("Incorrect user name or password"));
    }

    [Test]
    public async Task LogIn_WithACode_WorksOnceForEachCode()
    {
        var code = _phone.Code();

        await AcceptedAsync($" {code[..3]} {code[3..]} ");

        Assert.That((await RefusedAsync(TestUser.Password, code)).Text("code"), Is.EqualTo("two_factor_wrong"));
        Assert.That((await RefusedAsync(TestUser.Password, _phone.Code(-1))).Text("code"), Is.EqualTo("two_factor_wrong"), "older than the one that was used");
        await AcceptedAsync(_phone.Code(1));
    }

    [Test]
    public async Task LogIn_TenAtOnceWithTheSameCode_OneIsSignedIn()
    {
        var code = _phone.Code();

        var statuses = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => LogInAsync(TestUser.Password, code)));

        Assert.That(statuses.Count(s => s.Status == HttpStatusCode.OK), Is.EqualTo(1));
    }

    [Test]
    public async Task LogIn_RecoveryCode_WorksOnceInAnyCase()
    {
        await AcceptedAsync(_recovery[0].ToUpperInvariant().Replace('-', ' '));

        await RefusedAsync(TestUser.Password, _recovery[0]);
        await AcceptedAsync(_recovery[1]);
        Assert.That(await App.WithDb(db => db.RecoveryCodes.CountAsync(c => c.UserId == _user.Id)), Is.EqualTo(RecoveryCode.Count - 2));
    }

    [Test]
    public async Task LogIn_WrongCodesWithTheRightPassword_AreSlowedDown()
    {
        for (var i = 0; i < 4; i++)
        {
            await RefusedAsync(TestUser.Password, _phone.WrongCode());
        }
        await RefusedAsync(TestUser.Password, null);
        await RefusedAsync(TestUser.Password, _phone.WrongCode());

        await RefusedAsync(TestUser.Password, null);
        Assert.That((await LogInAsync(TestUser.Password, _phone.Code())).Status, Is.EqualTo(HttpStatusCode.TooManyRequests), "the password alone does not reset the count");
        _clock.Advance(AttemptLimiter.FirstDelay + TimeSpan.FromSeconds(1));
        await AcceptedAsync(_phone.Code());
    }

    [Test]
    public async Task RenewCodes_EndsTheOldOnes()
    {
        var next = await App.WithServiceAsync((TwoFactorService s) => s.RenewCodesAsync(_user.Id, CancellationToken.None));

        await RefusedAsync(TestUser.Password, _recovery[2]);
        await AcceptedAsync(next[2]);
    }

    [Test]
    public async Task TurnOff_NoCodeIsNeeded()
    {
        await App.WithServiceAsync(async (TwoFactorService s) =>
        {
            await s.TurnOffAsync(_user.Id, CancellationToken.None);
            return true;
        });

        await AcceptedAsync(null);
        Assert.That(await App.WithDb(db => db.RecoveryCodes.AnyAsync(c => c.UserId == _user.Id)), Is.False);
    }

    [Test]
    public async Task Secrets_InTheDatabase_AreEncryptedOrHashed()
    {
        var rows = await App.WithDb(db => db.Database.SqlQuery<string>($"""
            SELECT s::text AS "Value" FROM two_factor_secrets s WHERE user_id = {_user.Id} UNION ALL SELECT c::text FROM recovery_codes c WHERE user_id = {_user.Id}
            """).ToListAsync());

        Assert.That(rows, Has.Count.EqualTo(1 + RecoveryCode.Count));
        var plain = _recovery.Select(c => c.Replace("-", "", StringComparison.Ordinal)).Append(_phone.Secret).ToList();
        Assert.That(rows.Where(r => plain.Any(p => r.Contains(p, StringComparison.OrdinalIgnoreCase) || r.Contains(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(p)), StringComparison.Ordinal))), Is.Empty);
        Assert.That(rows, Has.None.Contains(_phone.SecretHex));
    }

    [Test]
    public async Task Challenge_BeforeTheCode_SignsNobodyIn()
    {
        using var browser = new PageClient(App.Address);
        using var response = await browser.LogInAsync(_user.Name, TestUser.Password);
        var challenge = browser.Cookies.Single(c => c.Name == "chatapp-challenge").Value;

        Assert.That(response.Headers.Location!.OriginalString, Does.StartWith("/login/code"));
        Assert.That(browser.Cookies.Select(c => c.Name), Has.None.EqualTo("chatapp"));
        using var bearer = App.WithToken(challenge);
        using var cookie = App.WithCookie(challenge);
        await bearer.ProblemAsync(HttpMethod.Get, "/users/me", null, HttpStatusCode.Unauthorized);
        await cookie.ProblemAsync(HttpMethod.Get, "/users/me", null, HttpStatusCode.Unauthorized);
        await bearer.ProblemAsync(HttpMethod.Post, "/auths/refresh", new { refresh_token = challenge }, HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task Challenge_Answered_SignsInOnce()
    {
        using var browser = new PageClient(App.Address);
        (await browser.LogInAsync(_user.Name, TestUser.Password)).Dispose();
        var challenge = browser.Cookies.Single(c => c.Name == "chatapp-challenge").Value;
        using var wrong = await browser.SubmitAsync("/login/code", "/login/code", ("code", _phone.WrongCode()), ("returnUrl", "//evil.example"));
        using var right = await browser.SubmitAsync("/login/code", "/login/code", ("code", _phone.Code()), ("returnUrl", "//evil.example"));

        Assert.That(wrong.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(right.Headers.Location!.OriginalString, Is.EqualTo("/chat-ui"));
        Assert.That(browser.Cookies.Select(c => c.Name), Does.Contain("chatapp"));
        Assert.That(await AnswerAsync(challenge, _phone.Code(1)), Is.EqualTo(SignInStatus.Failed), "it works once");
    }

    [Test]
    public async Task Challenge_TooOldOrAfterAPasswordChange_IsRefused()
    {
        var challenges = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            challenges.Add(await App.WithServiceAsync((SignInService s) => s.StartChallengeAsync(_user.Id, CancellationToken.None)));
        }
        await App.WithServiceAsync((AccountService s) => s.ChangePasswordAsync(_user.Id, Guid.Empty, TestUser.Password, "a better horse 9", CancellationToken.None));
        var late = await App.WithServiceAsync((SignInService s) => s.StartChallengeAsync(_user.Id, CancellationToken.None));

        Assert.That(await AnswerAsync(challenges[0], _phone.Code()), Is.EqualTo(SignInStatus.Failed));
        _clock.Advance(SignInService.ChallengeLifetime);
        Assert.That(await AnswerAsync(late, _phone.Code()), Is.EqualTo(SignInStatus.Failed));
    }

    [Test]
    public async Task Setup_OfAnotherUserOrTooOld_IsRefused()
    {
        var other = await App.RegisterAsync();
        var setup = await App.WithServiceAsync((TwoFactorService s) => Task.FromResult(s.Begin(other.Id)));
        var phone = new Authenticator(setup.Secret, _clock);
        await App.WithServiceAsync(async (TwoFactorService s) =>
        {
            await s.TurnOffAsync(_user.Id, CancellationToken.None);
            Assert.That(() => s.TurnOnAsync(_user.Id, setup.Ticket, phone.Code(), CancellationToken.None), Throws.InstanceOf<Domain.Errors.InvalidException>());
            Assert.That(() => s.TurnOnAsync(other.Id, setup.Ticket, phone.WrongCode(), CancellationToken.None), Throws.InstanceOf<Domain.Errors.InvalidException>());
            _clock.Advance(TwoFactorService.SetupLifetime + TimeSpan.FromSeconds(1));
            Assert.That(() => s.TurnOnAsync(other.Id, setup.Ticket, phone.Code(), CancellationToken.None), Throws.InstanceOf<Domain.Errors.InvalidException>());
            return true;
        });
    }

    private Task<SignInStatus> AnswerAsync(string challenge, string code) =>
        App.WithServiceAsync(async (SignInService s) => (await s.AnswerAsync(challenge, code, CancellationToken.None)).Status);

    private async Task AcceptedAsync(string? code) => Assert.That((await LogInAsync(TestUser.Password, code)).Status, Is.EqualTo(HttpStatusCode.OK), code);

    private async Task<JsonElement> RefusedAsync(string password, string? code)
    {
        var (status, body) = await LogInAsync(password, code);
        Assert.That(status, Is.EqualTo(HttpStatusCode.Unauthorized), code);
        return body;
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> LogInAsync(string password, string? code)
    {
        using var client = App.Anonymous();
        var fields = new Dictionary<string, string> { ["username"] = _user.Name, ["password"] = password };
        if (code is not null)
        {
            fields["code"] = code;
        }
        using var response = await client.SendAsync(HttpMethod.Post, "/auths/login", new FormUrlEncodedContent(fields));
        return (response.StatusCode, await response.JsonAsync());
    }
}
