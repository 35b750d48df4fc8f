using System.Net;
using System.Text.Json;
using ChatApp.Data.Accounts;
using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Integration.Accounts;

/// <summary>Personal API keys and their scopes.</summary>
internal sealed class ApiKeyTests : ChatFixture
{
    private static readonly string[] All = ["read", "chat", "export"];

    private readonly TestClock _clock = new();
    private TestUser _administrator = null!;

    [OneTimeSetUp]
    public async Task RegisterAdministrator() => _administrator = await App.RegisterAsync("admin");

    protected override void Adjust(WebApplicationBuilder builder)
    {
        base.Adjust(builder);
        builder.Services.AddSingleton<TimeProvider>(_clock);
    }

    [Test]
    public async Task Create_Key_IsShownOnceAndStoredHashed()
    {
        var user = await App.RegisterAsync();

        var created = await CreateAsync(user, new { name = "Script", scopes = new[] { "read", "chat" }, expires_in_days = 30 });

        var (key, secret) = (created.GetProperty("key"), created.Text("secret"));
        Assert.That(secret, Does.StartWith(key.Text("prefix")).And.Length.GreaterThan(40));
        Assert.That(key.GetProperty("scopes").EnumerateArray().Select(s => s.GetString()), Is.EqualTo(["read", "chat"]));
        var listed = await user.Client.SendJsonAsync(HttpMethod.Get, "/users/me/api-keys");
        Assert.That(listed.GetProperty("count").GetInt32(), Is.EqualTo(1));
        Assert.That(listed.GetRawText(), Does.Not.Contain(secret));
        var stored = await App.WithDb(db => db.AccessTokens.AsNoTracking().SingleAsync(t => t.Name == "Script"));
        Assert.That(JsonSerializer.Serialize(stored), Does.Not.Contain(secret[key.Text("prefix").Length..]));
    }

    [TestCase("read", "GET", "/chat/sessions", true)]
    [TestCase("read", "POST", "/chat/sessions", false)]
    [TestCase("chat", "POST", "/chat/sessions", true)]
    [TestCase("chat", "GET", "/chat/sessions", false)]
    [TestCase("export", "GET", "/chat/sessions", false)]
    [TestCase("read,chat,export", "POST", "/users/me/api-keys", false)]
    [TestCase("read,chat,export", "GET", "/users/me/api-keys", false)]
    [TestCase("read,chat,export", "POST", "/auths/logout", false)]
    [TestCase("read,chat,export", "GET", "/account", false)]
    [TestCase("read,chat,export", "GET", "/admin/users", false)]
    public async Task Use_KeyWithScopes_IsLimitedToThem(string scopes, string method, string path, bool allowed)
    {
        var user = await App.RegisterAsync();
        using var client = App.WithToken((await CreateAsync(user, new { name = "k", scopes = scopes.Split(',') })).Text("secret"));

        using var response = await client.SendAsync(new HttpMethod(method), path, method == "POST" ? new { } : null);

        Assert.That((int)response.StatusCode, allowed ? Is.InRange(200, 299) : Is.EqualTo(403));
    }

    [Test]
    public async Task Use_AdministratorsKey_DoesNotAdminister()
    {
        using var client = App.WithToken((await CreateAsync(_administrator, new { name = "k", scopes = All })).Text("secret"));

        using var response = await client.SendAsync(HttpMethod.Get, "/admin/users", null);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task Use_Key_RecordsLastUseAndStopsWhenExpired()
    {
        var user = await App.RegisterAsync();
        var created = await CreateAsync(user, new { name = "k", scopes = All, expires_in_days = 1 });
        using var client = App.WithToken(created.Text("secret"));

        await client.SendJsonAsync(HttpMethod.Get, "/chat/sessions");

        var key = (await user.Client.SendJsonAsync(HttpMethod.Get, "/users/me/api-keys")).GetProperty("api_keys")[0];
        Assert.That(key.GetProperty("last_used_at").GetDateTimeOffset(), Is.EqualTo(_clock.GetUtcNow()).Within(TimeSpan.FromMinutes(1)));
        _clock.Advance(TimeSpan.FromDays(1));
        await client.ProblemAsync(HttpMethod.Get, "/chat/sessions", null, HttpStatusCode.Unauthorized);
        _clock.Advance(TimeSpan.FromDays(-1));
    }

    [Test]
    public async Task Revoke_Key_StopsWorkingAndOthersKeysCannotBeRevoked()
    {
        var (user, stranger) = (await App.RegisterAsync(), await App.RegisterAsync());
        var created = await CreateAsync(user, new { name = "k", scopes = All });
        using var client = App.WithToken(created.Text("secret"));
        var path = $"/users/me/api-keys/{created.GetProperty("key").Text("id")}";

        await stranger.Client.ProblemAsync(HttpMethod.Delete, path, null, HttpStatusCode.NotFound);
        await client.SendJsonAsync(HttpMethod.Get, "/chat/sessions");
        using var revoked = await user.Client.SendAsync(HttpMethod.Delete, path, null);

        Assert.That(revoked.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        await client.ProblemAsync(HttpMethod.Get, "/chat/sessions", null, HttpStatusCode.Unauthorized);
        await user.Client.ProblemAsync(HttpMethod.Delete, path, null, HttpStatusCode.NotFound);
    }

    [TestCase("""{"name": " "}""", "name")]
    [TestCase("""{"name": "a\u0000"}""", "name")]
    [TestCase("""{"name": "k", "scopes": ["admin"]}""", "scopes")]
    [TestCase("""{"name": "k", "scopes": [null]}""", "scopes")]
    [TestCase("""{"name": "k", "scopes": []}""", "scopes")]
    [TestCase("""{"name": "k"}""", "scopes")]
    [TestCase("""{"name": "k", "scopes": ["read"], "expires_in_days": 0}""", "expires_in_days")]
    public async Task Create_Invalid_Is400WithTheField(string body, string field)
    {
        var user = await App.RegisterAsync();

        var problem = await user.Client.ProblemAsync(HttpMethod.Post, "/users/me/api-keys", Api.Raw(body, "application/json"), HttpStatusCode.BadRequest);

        Assert.That(problem.GetProperty("errors").TryGetProperty(field, out _), problem.GetRawText());
    }

    [Test]
    public async Task Create_WithoutAnEnd_EndsAfter90Days()
    {
        var user = await App.RegisterAsync();

        var byDefault = (await CreateAsync(user, new { name = "k", scopes = All })).GetProperty("key");
        var never = (await CreateAsync(user, new { name = "k", scopes = All, expires_in_days = (int?)null })).GetProperty("key");

        Assert.That(byDefault.GetProperty("expires_at").GetDateTimeOffset(), Is.EqualTo(_clock.GetUtcNow().AddDays(90)).Within(TimeSpan.FromMinutes(1)));
        Assert.That(never.GetProperty("expires_at").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [Test]
    public async Task Create_SixtyAtOnce_CreatesFifty()
    {
        var user = await App.RegisterAsync();

        var statuses = await Task.WhenAll(Enumerable.Range(0, AccessToken.MaxApiKeys + 10).Select(async i =>
        {
            using var response = await user.Client.SendAsync(HttpMethod.Post, "/users/me/api-keys", new { name = $"k{i}", scopes = All });
            return response.StatusCode;
        }));

        Assert.That(statuses.Count(s => s == HttpStatusCode.Created), Is.EqualTo(AccessToken.MaxApiKeys));
        Assert.That(statuses.Count(s => s == HttpStatusCode.Conflict), Is.EqualTo(10));
        Assert.That((await user.Client.GetJsonAsync("/users/me/api-keys")).Number("count"), Is.EqualTo(AccessToken.MaxApiKeys));
    }

    [Test]
    public async Task Disable_ThenEnable_KeysStayRevoked()
    {
        var user = await App.RegisterAsync();
        using var client = App.WithToken((await CreateAsync(user, new { name = "k", scopes = All })).Text("secret"));
        foreach (var disabled in new[] { true, false })
        {
            await App.WithServiceAsync(async (AccountService s) =>
            {
                await s.SetDisabledAsync(user.Id, disabled, CancellationToken.None);
                return true;
            });
        }

        await client.ProblemAsync(HttpMethod.Get, "/chat/sessions", null, HttpStatusCode.Unauthorized);
        var back = await App.LogInAsync(user.Name, TestUser.Password);
        Assert.That((await back.Client.GetJsonAsync("/users/me/api-keys")).Number("count"), Is.Zero);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task ChangePassword_OnThePage_RevokesTheKeysIfTicked(bool ticked)
    {
        var user = await App.RegisterAsync();
        using var client = App.WithToken((await CreateAsync(user, new { name = "k", scopes = All })).Text("secret"));
        using var browser = new PageClient(App.Address);
        (await browser.LogInAsync(user.Name, TestUser.Password)).Dispose();
        (string, string)[] fields = [("current_password", TestUser.Password), ("new_password", "a better horse 9")];

        using var changed = await browser.SubmitAsync("/account", "/account/password", ticked ? [.. fields, ("revoke_keys", "true")] : fields);
        using var response = await client.SendAsync(HttpMethod.Get, "/chat/sessions", null);

        Assert.That(changed.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That(response.StatusCode, Is.EqualTo(ticked ? HttpStatusCode.Unauthorized : HttpStatusCode.OK));
    }

    [Test]
    public async Task Create_OnThePageWithNothingTicked_IsRefused()
    {
        var user = await App.RegisterAsync();
        using var browser = new PageClient(App.Address);
        (await browser.LogInAsync(user.Name, TestUser.Password)).Dispose();

        Assert.That(await browser.TextAsync("/account/api-keys"), Does.Not.Contain("checked"));
        using var response = await browser.SubmitAsync("/account/api-keys", "/account/api-keys", ("name", "k"), ("ExpiresInDays", "90"));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("Choose at least one permission."));
        Assert.That((await user.Client.GetJsonAsync("/users/me/api-keys")).Number("count"), Is.Zero);
    }

    private static Task<JsonElement> CreateAsync(TestUser user, object request) =>
        user.Client.SendJsonAsync(HttpMethod.Post, "/users/me/api-keys", request, HttpStatusCode.Created);
}
