using System.Text.RegularExpressions;
using ChatApp.Data.Embedded;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace ChatApp.Tests.Integration.Reporting;

/// <summary>What the role of docs/reporting.md can read.</summary>
internal sealed partial class ReportingTests : ChatFixture
{
    private const string Password = "reporting";

    private TestUser _user = null!;
    private string _thread = "";

    [OneTimeSetUp]
    public async Task Arrange()
    {
        await App.WithDb(db => db.Database.ExecuteSqlRawAsync($"ALTER ROLE chatapp_reporting LOGIN PASSWORD '{Password}'"));
        _user = await App.RegisterAsync();
        Model.Hold("Hello").Say("Hi").Report(1200, 34).End();
        var session = await CreateSessionAsync(_user, "Seen", "Hello", "Again");
        _thread = session.Text("thread_id");
        var messages = await StoredMessagesAsync(session.Id());
        await _user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{session.Text("id")}/messages/{messages[3].Id}");
        var trashed = await CreateSessionAsync(_user, "Trashed", "Gone");
        await _user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{trashed.Text("id")}");
    }

    [Test]
    public async Task Queries_OfTheDocument_AllRun()
    {
        var queries = Query().Matches(await File.ReadAllTextAsync(DocumentPath())).Select(m => m.Groups[1].Value.Trim()).ToList();
        Assert.That(queries, Has.Count.EqualTo(4));

        var (thread, perUser, active, top) = (
            await ReadAsync(queries[0].Replace("session_ada_1764000000", _thread, StringComparison.Ordinal)),
            await ReadAsync(queries[1]), await ReadAsync(queries[2]), await ReadAsync(queries[3]));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(thread.Select(r => (r["role"], r["content"])), Is.EquivalentTo(new[] { ((object?)"user", (object?)"Again"), ("assistant", "Hi"), ("user", "Hello") }));
            Assert.That(thread.Select(r => (DateTime)r["created_at"]!), Is.Ordered.Descending);
            Assert.That(thread[0].Keys, Is.EqualTo(new[] { "id", "user_id", "thread_id", "role", "content", "created_at" }));
            Assert.That(perUser.Select(r => (r["user_id"], r["messages"])), Is.EqualTo(new[] { ((object)_user.Id, (object)3L) }));
            Assert.That(active.Select(r => r["thread_id"]), Is.EqualTo(new[] { _thread }));
            Assert.That(top.Select(r => r["user_id"]), Is.EqualTo(new[] { (object)_user.Id }));
            Assert.That((long)top[0]["total_tokens"]!, Is.GreaterThan(1_234));
        }
    }

    [TestCase("SELECT user_id, total_tokens, created_at, updated_at FROM user_usage")]
    [TestCase("SELECT * FROM reporting.conversations")]
    public async Task Views_WithOrWithoutTheSchema_AreReadable(string query) => Assert.That(await ReadAsync(query), Is.Not.Empty);

    [Test]
    public async Task Role_EverythingElse_IsDenied()
    {
        var tables = await App.WithDb(db => db.Database.SqlQuery<string>(
            $"SELECT tablename::text AS \"Value\" FROM pg_tables WHERE schemaname = 'public'").ToListAsync());
        Assert.That(tables, Does.Contain("users").And.Contain("access_tokens").And.Contain("messages"));
        foreach (var table in tables)
        {
            Assert.That(async () => await ReadAsync($"SELECT 1 FROM public.\"{table}\""), Throws.TypeOf<PostgresException>().With.Property("SqlState").EqualTo("42501"), table);
        }
        foreach (var change in new[] { "DELETE FROM conversations", "UPDATE user_usage SET total_tokens = 0", "CREATE TABLE reporting.mine (id int)", "CREATE TABLE public.mine (id int)" })
        {
            Assert.That(async () => await ReadAsync($"BEGIN READ WRITE; {change}"), Throws.TypeOf<PostgresException>().With.Property("SqlState").EqualTo("42501").Or.Property("SqlState").EqualTo("55000"), change);
            Assert.That(async () => await ReadAsync(change), Throws.TypeOf<PostgresException>(), change);
        }
    }

    [Test]
    public async Task Start_DatabaseRoleCannotCreateRoles_WorksAndSaysSo()
    {
        using var folder = new DataFolder();
        await using var server = await PrivatePostgres.StartAsync(folder.Path, durable: false, NullLogger.Instance, CancellationToken.None);
        await using (var admin = NpgsqlDataSource.Create(server.ConnectionString("postgres") + ";Pooling=false"))
        {
            foreach (var sql in new[] { "CREATE ROLE modest LOGIN PASSWORD 'modest'", "CREATE DATABASE modest OWNER modest TEMPLATE template0" })
            {
                await using var command = admin.CreateCommand(sql);
                await command.ExecuteNonQueryAsync();
            }
        }
        var modest = new NpgsqlConnectionStringBuilder(server.ConnectionString("modest")) { Username = "modest", Password = "modest" };

        await using (var app = await TestApp.StartAsync(connectionString: modest.ConnectionString))
        {
            Assert.That(app.Log.Text, Does.Contain("The role chatapp_reporting is missing"));
            var user = await app.RegisterAsync();
            await app.StoreAsync(user, "Modest", "A magpie");
            Assert.That((await user.Client.GetJsonAsync("/search?query=magpie")).Number("count"), Is.EqualTo(1), "its extensions exist, too");
            Assert.That(await app.WithDb(db => db.Database.SqlQuery<long>($"SELECT count(*) AS \"Value\" FROM reporting.conversations").SingleAsync()), Is.EqualTo(1));
        }
        NpgsqlConnection.ClearAllPools();
    }

    private async Task<List<Dictionary<string, object?>>> ReadAsync(string sql)
    {
        var settings = new NpgsqlConnectionStringBuilder(App.ConnectionString) { Username = "chatapp_reporting", Password = Password, Pooling = false };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // the document's and this test's own
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<Dictionary<string, object?>>();
        while (await reader.ReadAsync())
        {
            rows.Add(Enumerable.Range(0, reader.FieldCount).ToDictionary(reader.GetName, i => (object?)reader.GetValue(i)));
        }
        return rows;
    }

    private static string DocumentPath()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var path = Path.Combine(directory.FullName, "docs", "reporting.md");
            if (File.Exists(path))
            {
                return path;
            }
        }
        throw new FileNotFoundException("docs/reporting.md is missing.");
    }

    [GeneratedRegex(@"```sql\n(SELECT .*?)```", RegexOptions.Singleline)]
    private static partial Regex Query();
}
