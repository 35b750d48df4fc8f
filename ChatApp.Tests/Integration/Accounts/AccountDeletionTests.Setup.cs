using System.Net;
using ChatApp.Data.Accounts.Deletion;
using ChatApp.Data.Security;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ChatApp.Tests.Integration.Accounts;

/// <summary>Accounts with rows in every table, and the scan for what is left of them.</summary>
internal sealed partial class AccountDeletionTests
{
    // A row in each table that has rows of users, besides the journal.
    private async Task<Authenticator> FillAsync(TestUser user)
    {
        var elsewhere = await App.LogInAsync(user.Name, TestUser.Password);
        await elsewhere.Client.ProblemAsync(HttpMethod.Post, "/users/me/deletion", new { password = "wrong horse 8" }, HttpStatusCode.BadRequest);
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
            INSERT INTO command_approvals (user_id, id, hash, tool, expires_at) VALUES ({user.Id}, gen_random_uuid(), '\x00', 'tool', now() + interval '1 hour');
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

    private Task<int> AddUsageAsync(TestUser user, int calls) => AddUsageAsync(user.Id, calls);

    private Task<int> AddUsageAsync(Guid userId, int calls) => App.WithDb(db => db.Database.ExecuteSqlAsync($"""
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
