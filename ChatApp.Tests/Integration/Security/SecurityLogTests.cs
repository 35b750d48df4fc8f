using System.Net;
using ChatApp.Data.Security;
using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ChatApp.Tests.Integration.Security;

/// <summary>The security log: what is entered, who sees it, and that nobody changes it.</summary>
internal sealed class SecurityLogTests : ChatFixture
{
    private const string Wrong = "wrong horse 8";
    private const string Better = "a better horse 9";

    private readonly ScriptedTools _tools = new();
    private readonly TestClock _clock = new();
    private TestUser _administrator = null!;

    protected override void Adjust(WebApplicationBuilder builder)
    {
        base.Adjust(builder);
        _tools.AddTo(builder);
        builder.Services.AddSingleton<TimeProvider>(_clock);
    }

    [OneTimeSetUp]
    public async Task Register() => _administrator = await App.RegisterAsync("admin");

    [Test]
    public async Task SignInsAndPasswords_OfAnAccount_AreLogged()
    {
        var user = await App.RegisterAsync();
        using var client = App.Anonymous();
        client.DefaultRequestHeaders.Add("User-Agent", "walker/1.0");
        await client.ProblemAsync(HttpMethod.Post, "/auths/login", TestApp.Form(user.Name, Wrong), HttpStatusCode.Unauthorized);
        await client.ProblemAsync(HttpMethod.Post, "/auths/login", TestApp.Form("nobody-at-all", Wrong), HttpStatusCode.Unauthorized);
        var elsewhere = await App.LogInAsync(user.Name, TestUser.Password);
        await client.SendJsonAsync(HttpMethod.Post, "/auths/refresh", new { refresh_token = elsewhere.RefreshToken });
        await client.ProblemAsync(HttpMethod.Post, "/auths/refresh", new { refresh_token = elsewhere.RefreshToken }, HttpStatusCode.Unauthorized);
        using var page = new PageClient(App.Address);
        await page.LogInAsync(user.Name, TestUser.Password);
        await page.SubmitAsync("/account", "/account/password", ("current_password", Wrong), ("new_password", Better));
        await page.SubmitAsync("/account", "/account/password", ("current_password", TestUser.Password), ("new_password", "password123!"));
        await page.SubmitAsync("/account", "/account/password", ("current_password", TestUser.Password), ("new_password", Better));
        await App.LogInAsync(user.Name, Better);
        await page.SubmitAsync("/account", "/account/sign-out-elsewhere");
        await page.SubmitAsync("/account", "/logout");

        var events = await OfAsync(user.Id);
        Assert.That(events.Select(e => $"{e.Kind} {e.Result} {e.Detail}".TrimEnd()), Is.EqualTo(new[]
        {
            "account_created succeeded", "sign_in succeeded API", "sign_in failed wrong password", "sign_in succeeded API",
            "refresh_token_reused failed the sign-in was ended", "sign_in succeeded pages",
            "password_change failed wrong current password", "password_change refused unacceptable new password", "password_change succeeded",
            "tokens_revoked succeeded all other sign-ins", "sign_in succeeded API", "tokens_revoked succeeded all other sign-ins", "sign_out succeeded",
        }));
        Assert.That(events.Select(e => e.Address), Is.All.EqualTo("127.0.0.1"));
        Assert.That(events[2].ActorId, Is.Null, "a stranger, for all one knows");
        Assert.That(events[2].UserAgent, Is.EqualTo("walker/1.0"));
        Assert.That(events[3].ActorId, Is.EqualTo(user.Id));
        Assert.That(await App.WithDb(db => db.SecurityEvents.CountAsync(e => e.SubjectId == null && e.Detail == "unknown account")), Is.GreaterThan(0));
    }

    [Test]
    public async Task ActsOfAnAdministrator_OnAnAccount_AreLoggedWithBoth()
    {
        var user = await App.RegisterAsync();
        using var page = new PageClient(App.Address);
        await page.LogInAsync(_administrator.Name, TestUser.Password);
        await page.SubmitAsync("/admin/users", $"/admin/users/{user.Id}/quota", ("tokens", "1000"));
        await page.SubmitAsync("/admin/users", $"/admin/users/{user.Id}/disable");
        using var client = App.Anonymous();
        await client.ProblemAsync(HttpMethod.Post, "/auths/login", TestApp.Form(user.Name, TestUser.Password), HttpStatusCode.Unauthorized);
        await page.SubmitAsync("/admin/users", $"/admin/users/{user.Id}/enable");
        await page.SubmitAsync("/admin/users", $"/admin/users/{_administrator.Id}/disable");

        var events = (await OfAsync(user.Id)).Skip(2).ToList();
        Assert.That(events.Select(e => $"{e.Kind} {e.Result} {e.Detail}".TrimEnd()), Is.EqualTo(new[]
        {
            "quota_changed succeeded 1000 tokens", "account_disabled succeeded", "tokens_revoked succeeded all sign-ins",
            "sign_in failed disabled account", "account_enabled succeeded",
        }));
        Assert.That(events.Where(e => e.Kind != "sign_in").Select(e => e.ActorId), Is.All.EqualTo(_administrator.Id));
        Assert.That((await OfAsync(_administrator.Id))[^1].Result, Is.EqualTo("refused"));
    }

    [Test]
    public async Task KeysAndTools_OfAnAccount_AreLoggedWithoutSecrets()
    {
        var user = await App.RegisterAsync();
        var key = await user.Client.SendJsonAsync(HttpMethod.Post, "/users/me/api-keys", new { name = "k", scopes = new[] { "read" } }, HttpStatusCode.Created);
        await user.Client.SendJsonAsync(HttpMethod.Delete, $"/users/me/api-keys/{key.GetProperty("key").Text("id")}", null, HttpStatusCode.NoContent);
        _tools.Add("write_log", "Written.", asksFirst: true);
        foreach (var decision in new[] { "session", "deny" })
        {
            Model.Script($"Log {decision}", ModelScript.Call(("write_log", new { input = "a" })), ModelScript.Say("Done."));
            var session = await CreateSessionAsync(user);
            var sent = await user.Client.SendJsonAsync(HttpMethod.Post, $"/chat/sessions/{session.Text("id")}/messages", new { content = $"Log {decision}" }, HttpStatusCode.Created);
            var reply = sent.GetProperty("reply").Id();
            using var stream = await EventStream.ResumeAsync(user.Client, $"{reply}");
            while ((await stream.NextAsync())!.Type != "approval")
            {
            }
            await user.Client.SendJsonAsync(HttpMethod.Post, $"/chat/messages/{reply}/tools/1", new { decision });
            await EndedAsync(reply);
        }

        var events = (await OfAsync(user.Id)).Skip(2).ToList();
        Assert.That(events.Select(e => e.Kind), Is.EqualTo(new[] { "api_key_created", "api_key_revoked", "tool_approved", "tool_denied" }));
        Assert.That(events[0].Detail, Does.EndWith(": Read").And.StartWith("chatapp_").And.Not.Contain(key.Text("secret")));
        Assert.That(events[2].Detail, Is.EqualTo("write_log, for the rest of the chat"));
        Assert.That(App.Log.Text, Does.Contain($"Security: tool_denied succeeded, account {user.Id}, by {user.Id}, from 127.0.0.1"));
    }

    [Test]
    public async Task Texts_WithControlCharacters_AreEncodedInTheTableAndTheLog()
    {
        using var client = App.Anonymous();
        client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "evil\u001b[2J\u202eagent");
        await client.ProblemAsync(HttpMethod.Post, "/auths/login", TestApp.Form("evil\r\nSecurity: sign_in succeeded\u001b[31m", Wrong), HttpStatusCode.Unauthorized);

        var entry = await App.WithDb(db => db.SecurityEvents.AsNoTracking().Where(e => e.UserAgent!.StartsWith("evil")).SingleAsync());
        Assert.That(entry.UserAgent, Is.EqualTo("evil\\u001b[2J\\u202eagent"));
        Assert.That(App.Log.Text, Does.Contain("evil\\u001b[2J"));
        Assert.That(App.Log.Text.Where(c => c is '\u001b' or '\u202e' or '\r'), Is.Empty);
    }

    [TestCase("UPDATE security_events SET result = 'succeeded'")]
    [TestCase("UPDATE security_events SET actor_id = NULL, subject_id = NULL")]
    [TestCase("DELETE FROM security_events")]
    [TestCase("TRUNCATE security_events")]
    [TestCase("SELECT set_config('chatapp.security_log', 'erase', true); UPDATE security_events SET result = 'succeeded'")]
    [TestCase("SELECT set_config('chatapp.security_log', 'erase', true); UPDATE security_events SET actor_id = gen_random_uuid()")]
    [TestCase("SELECT set_config('chatapp.security_log', 'erase', true); DELETE FROM security_events")]
    [TestCase("SELECT set_config('chatapp.security_log', 'retention', true); TRUNCATE security_events")]
    [TestCase("SELECT set_config('chatapp.security_log', 'retention', true); UPDATE security_events SET detail = NULL")]
    public async Task Table_ChangedByTheAppsRole_RefusesIt(string sql)
    {
        await using var connection = new NpgsqlConnection(App.ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // the constants above
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100

        var refused = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());

        Assert.That(refused!.SqlState, Is.EqualTo(PostgresErrorCodes.InsufficientPrivilege));
    }

    [Test]
    public async Task Erase_OfAnAccount_RemovesWhoAndWhereAndKeepsWhatHappened()
    {
        var user = await App.RegisterAsync();
        await App.WithServiceAsync<SecurityLog, bool>(async log =>
        {
            await log.AddAsync(SecurityEventKind.ApiKeyCreated, user.Id, detail: "chatapp_erased");
            await log.EraseAsync(user.Id, CancellationToken.None);
            return true;
        });

        Assert.That(await OfAsync(user.Id), Is.Empty);
        var erased = await App.WithDb(db => db.Database.SqlQuery<string>($"SELECT e::text AS \"Value\" FROM security_events e").ToListAsync());
        Assert.That(erased, Has.None.Contains(user.Id.ToString()).And.None.Contains("chatapp_erased"));
        Assert.That(await App.WithDb(db => db.SecurityEvents.CountAsync(e => e.Kind == "api_key_created" && e.SubjectId == null)), Is.EqualTo(1));
    }

    [Test]
    public async Task CleanUp_AfterTheRetention_DeletesOldEntriesOnly()
    {
        var user = await App.RegisterAsync();
        var (old, recent) = (TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(366), TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(364));
        await App.WithDb(db => db.Database.ExecuteSqlAsync($"""
            INSERT INTO security_events (id, created_at, kind, result, subject_id) VALUES (gen_random_uuid(), {old}, 'sign_in', 'failed', {user.Id}), (gen_random_uuid(), {recent}, 'of_a_later_version', 'failed', {user.Id})
            """));

        await App.WithServiceAsync<ChatApp.Data.Housekeeping, bool>(async h =>
        {
            await h.CleanUpAsync(CancellationToken.None);
            return true;
        });

        Assert.That((await OfAsync(user.Id)).Select(e => e.Kind), Is.EqualTo(new[] { "of_a_later_version", "account_created", "sign_in" }));
        using var page = new PageClient(App.Address);
        await page.LogInAsync(user.Name, TestUser.Password);
        Assert.That(await page.TextAsync("/account/activity"), Does.Contain("of_a_later_version"), "a version beside this one may know more kinds");
    }

    [Test]
    public async Task Pages_OfTheLog_ShowUsersTheirOwnAndAdministratorsAll()
    {
        var (user, other) = (await App.RegisterAsync("visible-ada"), await App.RegisterAsync("visible-bob"));
        using (var failing = App.Anonymous())
        {
            failing.DefaultRequestHeaders.Add("User-Agent", "bobs-browser/7");
            await failing.ProblemAsync(HttpMethod.Post, "/auths/login", TestApp.Form(other.Name, Wrong), HttpStatusCode.Unauthorized);
        }
        using var own = new PageClient(App.Address);
        await own.LogInAsync(user.Name, TestUser.Password);
        using var admin = new PageClient(App.Address);
        await admin.LogInAsync(_administrator.Name, TestUser.Password);
        await admin.SubmitAsync("/admin/users", $"/admin/users/{user.Id}/quota", ("tokens", "1000"));

        var activity = await own.TextAsync("/account/activity");
        Assert.That(activity, Does.Contain("Account created").And.Contain("Token quota changed").And.Contain("An administrator"));
        Assert.That(activity, Does.Not.Contain("bobs-browser").And.Not.Contain(other.Name).And.Not.Contain($"<bdi>{_administrator.Name}"));
        Assert.That((await own.GetAsync("/admin/security")).StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        using (var anonymous = new PageClient(App.Address))
        {
            Assert.That((await anonymous.GetAsync("/admin/security")).Headers.Location?.OriginalString, Does.StartWith("/login"));
        }
        var filtered = await admin.TextAsync($"/admin/security?kind=SignIn&user={other.Name.ToUpperInvariant()}");
        Assert.That(filtered, Does.Contain("bobs-browser/7").And.Contain("Failed").And.Not.Contain(user.Name).And.Not.Contain("<th scope=\"row\">\n          Account created"));
        Assert.That(await admin.TextAsync("/admin/security?user=no-such-user"), Does.Contain("No events found."));
        Assert.That(await admin.TextAsync("/admin/security"), Does.Contain(user.Name).And.Contain(other.Name));
    }

    [Test]
    public async Task Page_OfManyEntries_IsPagedInOrderWithoutGaps()
    {
        var user = await App.RegisterAsync();
        await App.WithDb(db => db.Database.ExecuteSqlAsync($"""
            INSERT INTO security_events (id, created_at, kind, result, subject_id, detail)
            SELECT gen_random_uuid(), now() - interval '1 day', 'sign_in', 'failed', {user.Id}, 'entry ' || n || '.' FROM generate_series(1, 120) n
            """));
        using var page = new PageClient(App.Address);
        await page.LogInAsync(user.Name, TestUser.Password);

        var (seen, path) = (new List<string>(), "/account/activity");
        while (path is not null)
        {
            var text = await page.TextAsync(path);
            seen.AddRange(System.Text.RegularExpressions.Regex.Matches(text, @"entry \d+\.").Select(m => m.Value));
            path = System.Text.RegularExpressions.Regex.Match(text, "href=\"(/account/activity\\?cursor=[^\"]+)\"") is { Success: true } older ? older.Groups[1].Value : null;
        }

        Assert.That(seen, Has.Count.EqualTo(120).And.Unique);
    }

    private Task<List<SecurityEvent>> OfAsync(Guid user) =>
        App.WithDb(db => db.SecurityEvents.AsNoTracking().Where(e => e.SubjectId == user).OrderBy(e => e.CreatedAt).ThenBy(e => e.Id).ToListAsync());
}
