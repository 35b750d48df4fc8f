using System.Diagnostics;
using System.Globalization;
using ChatApp.Data;
using ChatApp.Data.Checks;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace ChatApp.Tests.Integration.Data;

/// <summary>The migration that adds the user to all keys, from the previous schema and with all kinds of data.</summary>
internal sealed class UserKeysMigrationTests
{
    private const string Before = "20261121094047_SessionExpiry";
    private const string Secret = "secret";

    // @messages: how many messages the big sessions have, 20 each. Ids are derived from names, so that rows can refer to each other.
    private const string Data = """
        INSERT INTO users (id, created_at, user_name, normalized_user_name, email, normalized_email, email_confirmed, phone_number_confirmed, two_factor_enabled, lockout_enabled, access_failed_count)
        SELECT md5(name)::uuid, now() - interval '90 days', name, upper(name), name || '@example.com', upper(name) || '@EXAMPLE.COM', false, false, false, true, 0 FROM unnest(ARRAY['ada', 'bob']) name;

        INSERT INTO access_tokens (id, user_id, login_id, kind, hash, created_at, expires_at, scopes)
        SELECT md5('token' || user_name)::uuid, id, md5('login' || user_name)::uuid, 'access', sha256(convert_to('secret' || user_name, 'UTF8')), now(), now() + interval '1 hour', 'none' FROM users;

        INSERT INTO chat_sessions (id, user_id, thread_id, title, title_is_automatic, persona, metadata, message_count, next_seq, last_message_at, last_activity_at, pinned, temporary, expires_at, created_at, updated_at, deleted_at, unlisted)
        SELECT md5(user_name || kind)::uuid, id, kind, kind, false, 'default', '{}', 2, 3, now(), now(), kind = 'plain', kind LIKE 'temporary%' OR kind = 'unlisted',
            CASE WHEN kind IN ('temporary', 'unlisted') THEN now() + interval '1 hour' WHEN kind = 'temporary generating' THEN now() - interval '1 minute' END,
            now(), now(), CASE WHEN kind = 'trash' THEN now() END, kind = 'unlisted'
        FROM users, unnest(ARRAY['plain', 'trash', 'temporary', 'temporary generating', 'unlisted']) kind;

        INSERT INTO messages (id, session_id, user_id, seq, role, content, status, usage_estimated, tool_calls, metadata, created_at, updated_at, reserved_tokens, instance_id)
        SELECT md5(s.id::text || seq)::uuid, s.id, s.user_id, seq, CASE seq WHEN 1 THEN 'user' ELSE 'assistant' END,
            CASE WHEN g THEN '' ELSE format('zebra %s %s', s.title, seq) END, CASE WHEN g THEN 'generating' ELSE 'complete' END, false, '[]', '{}', now(), now(),
            CASE WHEN g THEN 5 ELSE 0 END, CASE WHEN g THEN 1 END
        FROM chat_sessions s, generate_series(1, 2) seq, LATERAL (SELECT s.title = 'temporary generating' AND seq = 2) AS x(g);

        INSERT INTO reply_deltas (message_id, position, content, user_id)
        SELECT id, p, CASE p WHEN 0 THEN 'half ' ELSE 'of it' END, user_id FROM messages, unnest(ARRAY[0, 5]) p WHERE status = 'generating';
        INSERT INTO tool_approvals (message_id, call_id, session_id, user_id, tool, decision, created_at)
        SELECT id, '1', session_id, user_id, 'look', 'session', now() FROM messages WHERE seq = 2;
        INSERT INTO idempotency_keys (user_id, key, request_hash, resource_id, created_at)
        SELECT user_id, session_id::text, sha256(''), id, now() FROM messages WHERE seq = 2;
        INSERT INTO usage_records (id, user_id, session_id, message_id, purpose, provider, model, prompt_tokens, completion_tokens, estimated, duration_milliseconds, created_at)
        SELECT md5('usage' || id)::uuid, user_id, session_id, id, CASE WHEN n = 1 THEN 'title' ELSE 'answer' END, 'test', 'gated', 10, 2, false, 100, now()
        FROM (SELECT *, row_number() OVER (ORDER BY id) n FROM messages WHERE seq = 2 AND status = 'complete') m;

        INSERT INTO chat_sessions (id, user_id, thread_id, title, title_is_automatic, persona, metadata, message_count, next_seq, last_activity_at, pinned, temporary, created_at, updated_at, unlisted)
        SELECT md5('big' || n)::uuid, md5('bob')::uuid, 'big ' || n, 'Big', false, 'default', '{}', 20, 21, now() - interval '1 day', false, false, now() - interval '1 day', now(), false
        FROM generate_series(1, @messages / 20) n;
        INSERT INTO messages (id, session_id, user_id, seq, role, content, status, usage_estimated, tool_calls, metadata, created_at, updated_at, reserved_tokens)
        SELECT md5('big' || n)::uuid, md5('big' || (n - 1) / 20 + 1)::uuid, md5('bob')::uuid, (n - 1) % 20 + 1, 'user', repeat('some words ' || n, 10), 'complete', false, '[]', '{}', now() - interval '1 day', now(), 0
        FROM generate_series(1, @messages) n;
        INSERT INTO usage_records (id, user_id, session_id, message_id, purpose, provider, model, prompt_tokens, completion_tokens, estimated, duration_milliseconds, created_at)
        SELECT md5('usage' || id)::uuid, user_id, session_id, id, 'answer', 'test', 'gated', 10, 2, false, 100, now() FROM messages WHERE seq % 2 = 0 AND content LIKE 'some%';

        INSERT INTO user_usage (user_id, prompt_tokens, completion_tokens, total_tokens, request_count, created_at, updated_at, reserved_tokens)
        SELECT user_id, sum(prompt_tokens), sum(completion_tokens), sum(prompt_tokens + completion_tokens), count(*), now(), now(), 5 FROM usage_records GROUP BY user_id;
        ANALYZE;
        """;

    // docs/operations.md says how long a million messages take.
    private static readonly int Messages = int.Parse(Environment.GetEnvironmentVariable("CHATAPP_TEST_MESSAGES") ?? "1000", CultureInfo.InvariantCulture);

    private string _database = "";

    [OneTimeSetUp]
    public async Task MigrateToTheSchemaBefore()
    {
        _database = await TestPostgres.MissingAsync();
        await using var db = Open();
        await db.GetService<IMigrator>().MigrateAsync(Before);
        await db.Database.ExecuteSqlRawAsync(Data.Replace("@messages", Messages.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));
    }

    [OneTimeTearDown]
    public Task Drop() => TestPostgres.DropAsync(_database);

    [Test]
    public async Task Migrate_AllKindsOfData_KeepsTheRulesAndEverythingReadable()
    {
        await using (var db = Open())
        {
            var started = Stopwatch.GetTimestamp();
            await db.Database.MigrateAsync();
            await TestContext.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{Messages} messages: {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s"));
        }
        Assert.That((await ViolationsAsync()).Select(v => v.Rule).Distinct(), Is.EqualTo(new[] { "Every reply that is being generated has a living instance" }), "the process has exited");

        await using var app = await TestApp.StartAsync(connectionString: _database);
        await Eventually.TrueAsync(async () => (await ViolationsAsync()).Count == 0, "the replies are recovered and all rules hold");
        foreach (var (name, bigSessions) in new[] { ("ada", 0), ("bob", Messages / 20) })
        {
            using var client = app.WithToken(Secret + name);
            var listed = (await client.GetJsonAsync("/chat/sessions?limit=200")).Items("sessions");
            var trash = (await client.GetJsonAsync("/chat/sessions?deleted=true")).Items("sessions");

            Assert.That(listed.Select(s => s.Text("title")).Where(t => t != "Big"), Is.EquivalentTo(new[] { "plain", "temporary", "temporary generating" }));
            Assert.That(listed.Count(s => s.Text("title") == "Big"), Is.EqualTo(Math.Min(bigSessions, 197)));
            Assert.That(trash.Select(s => s.Text("title")), Is.EqualTo(new[] { "trash" }));
            Assert.That(await ContentsAsync(client, "plain"), Is.EqualTo(new[] { "zebra plain 1", "zebra plain 2" }));
            Assert.That(await ContentsAsync(client, "temporary generating"), Is.EqualTo(new[] { "zebra temporary generating 1", "half of it" }));
            Assert.That((await client.GetJsonAsync("/search?query=zebra")).Number("count"), Is.EqualTo(5), "unlisted, deleted and generating messages are not found");
            Assert.That((await client.GetJsonAsync("/analytics/usage")).Number("total_tokens"), Is.GreaterThanOrEqualTo(48 + bigSessions * 120));
        }
        Assert.That(await PurposesAsync(), Is.EquivalentTo(new[] { "reply", "title" }));
    }

    private ChatDbContext Open()
    {
        var patient = new NpgsqlConnectionStringBuilder(_database) { CommandTimeout = 0, Pooling = false };
        return new(new DbContextOptionsBuilder<ChatDbContext>().UseChatApp(patient.ConnectionString).Options);
    }

    private async Task<IReadOnlyList<Violation>> ViolationsAsync()
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
        return await DatabaseCheck.RunAsync(connection, CancellationToken.None);
    }

    private async Task<List<string>> PurposesAsync()
    {
        await using var db = Open();
        return await db.Database.SqlQuery<string>($"SELECT DISTINCT purpose AS \"Value\" FROM usage_records").ToListAsync();
    }

    private static async Task<IEnumerable<string>> ContentsAsync(HttpClient client, string thread) =>
        (await client.GetJsonAsync($"/chat/sessions/{Uri.EscapeDataString(thread)}/messages")).Items("messages").Select(m => m.Text("content"));
}
