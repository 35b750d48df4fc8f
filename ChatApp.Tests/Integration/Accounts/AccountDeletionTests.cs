using System.Net;
using ChatApp.Data.Accounts.Deletion;
using ChatApp.Data.Security;
using ChatApp.Domain.Usage;
using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ChatApp.Tests.Integration.Accounts;

/// <summary>An account is deleted: nothing of it is left in any table but its usage, without a name.</summary>
internal sealed class AccountDeletionTests : ChatFixture
{
    private readonly TestClock _clock = new();
    private TestUser _administrator = null!;

    protected override void Adjust(WebApplicationBuilder builder)
    {
        base.Adjust(builder);
        builder.Services.AddSingleton<TimeProvider>(_clock);
    }

    [OneTimeSetUp]
    public async Task RegisterAdministrator() => _administrator = await App.RegisterAsync("admin");

    [Test]
    public async Task Delete_AccountWithRowsInEveryTable_LeavesNothingThatNamesIt()
    {
        var user = await App.RegisterAsync("Erased-Person");
        var phone = await FillAsync(user);
        var call = Model.Hold("never ends");
        await user.Client.SendJsonAsync(HttpMethod.Post, "/api/chat", new { message = "never ends" });
        await call.Asked;
        call.Say("Half a reply");
        await Eventually.TrueAsync(() => App.WithDb(db => db.ReplyDeltas.AnyAsync(d => d.UserId == user.Id)), "the journal has it");
        var ids = await IdsAsync(user);
        var before = await TablesAsync(ids);
        Assert.That(UserTables.All.Concat(UserTables.Exceptions.Keys).Append("users").Append("security_events").Except(before), Is.Empty, "each table has rows of the account");

        await DeleteAsync(user, phone.Code());

        await GoneAsync(user);
        Assert.That(await TablesAsync([.. ids, "Erased-Person"]), Is.Empty);
        await AssertSoundAsync();
    }

    [Test]
    public async Task Delete_Account_ClosesItWithTheResponse()
    {
        var user = await App.RegisterAsync("closing");
        var key = (await user.Client.SendJsonAsync(HttpMethod.Post, "/users/me/api-keys", new { name = "k", scopes = new[] { "read" } }, HttpStatusCode.Created)).Text("secret");
        using var program = App.WithToken(key);
        using var stream = await user.Client.GetAsync(new Uri("/chat/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        var body = await stream.Content.ReadAsStreamAsync();

        await DeleteAsync(user);

        await user.Client.ProblemAsync(HttpMethod.Get, "/users/me", null, HttpStatusCode.Unauthorized);
        await program.ProblemAsync(HttpMethod.Get, "/chat/sessions", null, HttpStatusCode.Unauthorized);
        using var anonymous = App.Anonymous();
        await anonymous.ProblemAsync(HttpMethod.Post, "/auths/login", TestApp.Form(user.Name, TestUser.Password), HttpStatusCode.Unauthorized);
        var again = await App.RegisterAsync("closing");
        Assert.That(again.Id, Is.Not.EqualTo(user.Id), "the name is free");
        await EndsAsync(body);
    }

    [Test]
    public async Task Delete_Usage_StaysInTheSumsWithoutTheUser()
    {
        var user = await App.RegisterAsync();
        await CreateSessionAsync(user, "Counted", "one", "two");
        await AddUsageAsync(user, UsageAnonymizer.BatchSize * 2);
        var (before, nameless) = (await SumsAsync(null), await SumsAsync(UserUsage.DeletedAccounts));
        var own = await SumsAsync(user.Id);

        await DeleteAsync(user);
        await GoneAsync(user);

        Assert.That(own.Calls, Is.GreaterThan(UsageAnonymizer.BatchSize * 2), "more than one batch");
        Assert.That(await SumsAsync(null), Is.EqualTo(before));
        Assert.That(await SumsAsync(UserUsage.DeletedAccounts), Is.EqualTo((nameless.Tokens + own.Tokens, nameless.Calls + own.Calls)));
        Assert.That(await App.WithDb(db => db.UsageRecords.Where(r => r.UserId == UserUsage.DeletedAccounts).AllAsync(r => r.SessionId == Guid.Empty && r.MessageId == Guid.Empty)), Is.True);
        await AssertSoundAsync();
    }

    [Test]
    public async Task Delete_EndedInTheMiddle_IsFinishedLater()
    {
        var user = await App.RegisterAsync();
        await CreateSessionAsync(user, "First", "one");
        await CreateSessionAsync(user, "Second", "two");
        await AddUsageAsync(user, UsageAnonymizer.BatchSize + 1);
        // A process that was killed has left the account closed and some of its rows removed.
        await App.WithDb(async db =>
        {
            var now = _clock.GetUtcNow();
            await db.Sessions.Where(s => s.UserId == user.Id && s.Title == "First").ExecuteDeleteAsync();
            return await db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(u => u.SetProperty(x => x.DisabledAt, now).SetProperty(x => x.DeletedAt, now));
        });

        await RunAsync();

        Assert.That(await TablesAsync([user.Id.ToString()]), Is.Empty);
        await AssertSoundAsync();
    }

    [Test]
    public async Task Delete_OnTwoInstancesAtOnce_MovesTheUsageOnce()
    {
        var user = await App.RegisterAsync();
        await AddUsageAsync(user, UsageAnonymizer.BatchSize * 3);
        var before = await SumsAsync(null);
        await App.WithDb(db => db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(u => u.SetProperty(x => x.DeletedAt, _clock.GetUtcNow())));

        await Task.WhenAll(RunAsync(), RunAsync(), RunAsync());

        Assert.That(await SumsAsync(null), Is.EqualTo(before));
        Assert.That(await TablesAsync([user.Id.ToString()]), Is.Empty);
        await AssertSoundAsync();
    }

    [Test]
    public async Task Usage_ChargedAfterTheDeletion_LosesItsName()
    {
        var gone = Guid.CreateVersion7();
        await AddUsageAsync(gone, 3);

        await App.WithServiceAsync(async (UsageAnonymizer usage) =>
        {
            await usage.SweepAsync(CancellationToken.None);
            return true;
        });

        Assert.That(await TablesAsync([gone.ToString()]), Is.Empty);
        await AssertSoundAsync();
    }

    [Test]
    public async Task Delete_LastTwoAdministratorsAtOnce_OneRemains()
    {
        await using var app = await TestApp.StartAsync();
        var (first, second) = (await app.RegisterAsync("one"), await app.RegisterAsync("two"));
        await app.WithDb(db => db.Database.ExecuteSqlAsync($"INSERT INTO user_roles (user_id, role_id) SELECT {second.Id}, id FROM roles"));

        var statuses = await Task.WhenAll(new[] { first, second }.Select(async u =>
        {
            using var response = await u.Client.SendAsync(HttpMethod.Post, "/users/me/deletion", new { password = TestUser.Password });
            return response.StatusCode;
        }));

        Assert.That(statuses, Is.EquivalentTo(new[] { HttpStatusCode.NoContent, HttpStatusCode.Conflict }));
        Assert.That(await app.WithDb(db => db.UserRoles.CountAsync()), Is.EqualTo(1));
    }

    [Test]
    public async Task Delete_WrongPasswordOrCode_DeletesNothing()
    {
        var user = await App.RegisterAsync();
        var (phone, _) = await Authenticator.TurnOnAsync(App, user, _clock);

        var wrong = await user.Client.ProblemAsync(HttpMethod.Post, "/users/me/deletion", new { password = "wrong horse 8", code = phone.Code() }, HttpStatusCode.BadRequest);
        var without = await user.Client.ProblemAsync(HttpMethod.Post, "/users/me/deletion", new { password = TestUser.Password }, HttpStatusCode.BadRequest);
        await _administrator.Client.ProblemAsync(HttpMethod.Post, "/users/me/deletion", new { password = TestUser.Password }, HttpStatusCode.Conflict);

        Assert.That(wrong.Fields(), Is.EqualTo(new[] { "password" }));
        Assert.That(without.Fields(), Is.EqualTo(new[] { "code" }));
        await user.Client.GetJsonAsync("/users/me");
        await user.Client.SendJsonAsync(HttpMethod.Post, "/users/me/deletion", new { password = TestUser.Password, code = phone.Code() }, HttpStatusCode.NoContent);
    }

    [Test]
    public async Task Delete_WrongPasswords_AreCounted()
    {
        var user = await App.RegisterAsync();
        for (var i = 0; i < 5; i++)
        {
            await user.Client.ProblemAsync(HttpMethod.Post, "/users/me/deletion", new { password = "wrong horse 8" }, HttpStatusCode.BadRequest);
        }

        await user.Client.ProblemAsync(HttpMethod.Post, "/users/me/deletion", new { password = TestUser.Password }, HttpStatusCode.BadRequest);
    }

    // A row in each table that has rows of users, besides the journal.
    private async Task<Authenticator> FillAsync(TestUser user)
    {
        var (phone, _) = await Authenticator.TurnOnAsync(App, user, _clock);
        var session = await CreateSessionAsync(user, "Filled", "hello");
        var trashed = await CreateSessionAsync(user, "Trashed", "bye");
        await user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{trashed.Text("id")}");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/chat/sessions") { Content = System.Net.Http.Json.JsonContent.Create(new { title = "Once" }) };
        request.Headers.Add("Idempotency-Key", "once");
        (await user.Client.SendAsync(request)).EnsureSuccessStatusCode();
        await App.SetQuotaAsync(user.Id, 1_000_000);
        var id = session.Id();
        await App.WithDb(db => db.Database.ExecuteSqlAsync($"""
            INSERT INTO tool_approvals (user_id, session_id, message_id, call_id, tool, decision, created_at)
            SELECT user_id, session_id, id, 'call', 'tool', 'once', created_at FROM messages WHERE user_id = {user.Id} AND session_id = {id} LIMIT 1;
            INSERT INTO user_claims (user_id, claim_type, claim_value) VALUES ({user.Id}, 'type', {user.Name});
            INSERT INTO user_logins (login_provider, provider_key, provider_display_name, user_id) VALUES ('provider', {user.Name}, 'name', {user.Id});
            INSERT INTO user_tokens (user_id, login_provider, name, value) VALUES ({user.Id}, 'provider', 'name', 'value');
            INSERT INTO user_roles (user_id, role_id) SELECT {user.Id}, id FROM roles
            """));
        await App.WithServiceAsync(async (SecurityLog log) =>
        {
            await log.AddAsync(SecurityEventKind.AccountEnabled, user.Id, detail: "enabled");
            return true;
        });
        return phone;
    }

    /// <summary>All that leads to the account: its id and address, and the ids of its sessions, messages, sign-ins and keys.</summary>
    private Task<List<string>> IdsAsync(TestUser user) => App.WithDb(async db => (await db.Database.SqlQuery<string>($"""
        SELECT {user.Id}::text AS "Value" UNION SELECT {user.Name + "@example.com"} UNION SELECT {user.Name}
        UNION SELECT id::text FROM chat_sessions WHERE user_id = {user.Id} UNION SELECT id::text FROM messages WHERE user_id = {user.Id}
        UNION SELECT id::text FROM access_tokens WHERE user_id = {user.Id} UNION SELECT login_id::text FROM access_tokens WHERE user_id = {user.Id}
        UNION SELECT id::text FROM usage_records WHERE user_id = {user.Id}
        """).ToListAsync()));

    /// <summary>The tables of the whole schema in which any column of any row contains one of the texts.</summary>
    private async Task<List<string>> TablesAsync(IReadOnlyCollection<string> texts)
    {
        await using var connection = new NpgsqlConnection(App.ConnectionString);
        await connection.OpenAsync();
        var tables = new List<(string Schema, string Name)>();
        await using (var list = new NpgsqlCommand("SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')", connection))
        {
            await using var reader = await list.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                tables.Add((reader.GetString(0), reader.GetString(1)));
            }
        }
        var found = new List<string>();
        foreach (var (schema, name) in tables)
        {
#pragma warning disable CA2100 // names of the catalogue
            await using var scan = new NpgsqlCommand($"SELECT count(*) FROM \"{schema}\".\"{name}\" AS r WHERE r::text ILIKE ANY ($1)", connection);
#pragma warning restore CA2100
            scan.Parameters.Add(new() { Value = texts.Select(t => $"%{t}%").ToArray() });
            if ((long)(await scan.ExecuteScalarAsync())! > 0)
            {
                found.Add(name);
            }
        }
        return found;
    }

    private static async Task DeleteAsync(TestUser user, string? code = null)
    {
        using var response = await user.Client.SendAsync(HttpMethod.Post, "/users/me/deletion", new { password = TestUser.Password, code });
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.NoContent), await response.Content.ReadAsStringAsync());
    }

    private Task GoneAsync(TestUser user) => Eventually.TrueAsync(() => App.WithDb(async db => !await db.Users.AnyAsync(u => u.Id == user.Id)), "the account's rows are removed");

    private Task<bool> RunAsync() => App.WithServiceAsync(async (AccountDeletion deletion) =>
    {
        await deletion.RunAsync(CancellationToken.None);
        return true;
    });

    private static async Task EndsAsync(Stream stream)
    {
        var buffer = new byte[1024];
        try
        {
            while (await stream.ReadAsync(buffer) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // Disconnected.
        }
    }

    private Task AddUsageAsync(TestUser user, int calls) => AddUsageAsync(user.Id, calls);

    private Task AddUsageAsync(Guid userId, int calls) => App.WithDb(db => db.Database.ExecuteSqlAsync($"""
        INSERT INTO usage_records (user_id, id, session_id, message_id, purpose, provider, model, prompt_tokens, completion_tokens, estimated, duration_milliseconds, created_at)
        SELECT {userId}, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'reply', 'test', 'test', n, 1, false, 5, now() FROM generate_series(1, {calls}) n;
        INSERT INTO user_usage AS u (user_id, prompt_tokens, completion_tokens, total_tokens, request_count, reserved_tokens, created_at, updated_at)
        SELECT user_id, sum(prompt_tokens), sum(completion_tokens), sum(prompt_tokens + completion_tokens), count(*), 0, now(), now() FROM usage_records WHERE user_id = {userId} GROUP BY user_id
        ON CONFLICT (user_id) DO UPDATE SET prompt_tokens = excluded.prompt_tokens, completion_tokens = excluded.completion_tokens,
            total_tokens = excluded.total_tokens, request_count = excluded.request_count
        """));

    private Task<(long Tokens, long Calls)> SumsAsync(Guid? userId) => App.WithDb(async db =>
    {
        var rows = await db.UserUsage.AsNoTracking().Where(u => userId == null || u.UserId == userId).ToListAsync();
        return (rows.Sum(u => u.TotalTokens), rows.Sum(u => u.RequestCount));
    });
}
