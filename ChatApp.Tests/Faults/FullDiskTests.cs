using System.Net;
using System.Security.Cryptography;
using ChatApp.Tests.Support;
using Npgsql;

namespace ChatApp.Tests.Faults;

/// <summary>The disk is full: what can be read is read, what cannot be stored is refused, and when there is room again everything works by itself.</summary>
internal sealed class FullDiskTests
{
    private const int TextLength = 6_000; // as hexadecimal digits, which hardly compress: several pages

    private readonly List<Acknowledged> _acknowledged = [];
    private int _sent;

    [SetUp]
    public void Forget() => _acknowledged.Clear();

    [Test]
    public async Task Disk_FullOfTables_RefusesWritesAndRecovers()
    {
        using var disk = SmallDisk.Mount(megabytes: 64);
        var database = await TestPostgres.CopyAsync();
        var name = new NpgsqlConnectionStringBuilder(database).Database!;
        await AdministerAsync(database, $"CREATE TABLESPACE {name} LOCATION '{disk.MakeFolder("tables")}'");
        try
        {
            await AdministerAsync(database, $"ALTER DATABASE {name} SET TABLESPACE {name}");
            await using var app = await TestApp.StartAsync(connectionString: database, adjust: b => new GatedModel().AddTo(b.Services));
            var user = await app.RegisterAsync();
            await RefuseAndRecoverAsync(user.Client, disk, () => Task.CompletedTask);
        }
        finally
        {
            await TestPostgres.DropAsync(database);
            await AdministerAsync(database, $"DROP TABLESPACE {name}");
        }
    }

    [Test]
    public async Task Disk_FullOfTheWriteAheadLog_ServerComesBackWhenThereIsRoom()
    {
        using var disk = SmallDisk.Mount(megabytes: 400);
        await using var model = await ScriptedOpenAiServer.StartAsync();
        using var folder = new DataFolder(Path.Combine(disk.Path, "folder", "data"));
        await using var app = await AppProcess.StartAsync(folder.Path, new() { ["OPENAI_BASE_URL"] = $"{model.Endpoint}", ["Chat__Model"] = "scripted-model" });
        using var user = await app.RegisterAsync("writer");
        await RefuseAndRecoverAsync(user, disk, () => SwitchLogAsync(folder), readsWork: false);
        await AppProcess.AssertSoundAsync(folder.Path);
    }

    private async Task RefuseAndRecoverAsync(HttpClient user, SmallDisk disk, Func<Task> whenFull, bool readsWork = true)
    {
        var session = (await user.SendJsonAsync(HttpMethod.Post, "/chat/sessions", new { }, HttpStatusCode.Created)).Text("id");
        Assert.That(await SendAsync(user, session), Is.EqualTo(HttpStatusCode.Created));

        disk.Fill();
        await whenFull();
        var status = HttpStatusCode.Created;
        while (status == HttpStatusCode.Created) // until the pages that already exist are full
        {
            status = await SendNewAsync(user);
        }
        Assert.That(status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        var before = _acknowledged.ToList();
        if (readsWork)
        {
            Assert.That((await user.GetJsonAsync("/chat/sessions")).Items("sessions"), Is.Not.Empty);
            Assert.That((await user.GetJsonAsync($"/chat/sessions/{session}/messages")).Items("messages")[0].Text("content"), Is.EqualTo(before[0].Text));
        }

        disk.Free();
        await Eventually.TrueAsync(async () => await SendNewAsync(user) == HttpStatusCode.Created, "messages are stored again");
        foreach (var sent in _acknowledged)
        {
            await Eventually.TrueAsync(async () => await RepliedAsync(user, sent), "every acknowledged message is stored and has its reply");
        }
    }

    private static async Task<bool> RepliedAsync(HttpClient user, Acknowledged sent)
    {
        var messages = (await user.GetJsonAsync($"/chat/sessions/{sent.Session}/messages")).Items("messages");
        Assert.That((messages[0].Text("id"), messages[0].Text("content")), Is.EqualTo((sent.Id, sent.Text)));
        Assert.That(messages, Has.Count.EqualTo(2));
        return messages[1].Text("status") is "complete" or "interrupted";
    }

    private async Task<HttpStatusCode> SendNewAsync(HttpClient user)
    {
        using var created = await user.SendAsync(HttpMethod.Post, "/chat/sessions", new { });
        return created.StatusCode == HttpStatusCode.Created ? await SendAsync(user, (await created.JsonAsync()).Text("id")) : await RefusedAsync(created);
    }

    private async Task<HttpStatusCode> SendAsync(HttpClient user, string session)
    {
        var text = $"{++_sent} {Convert.ToHexString(RandomNumberGenerator.GetBytes(TextLength / 2))}";
        using var response = await user.SendAsync(HttpMethod.Post, $"/chat/sessions/{session}/messages", new { content = text });
        if (response.StatusCode != HttpStatusCode.Created)
        {
            return await RefusedAsync(response);
        }
        _acknowledged.Add(new(session, (await response.JsonAsync()).Text("id"), text));
        return response.StatusCode;
    }

    private static async Task<HttpStatusCode> RefusedAsync(HttpResponseMessage response)
    {
        await response.ProblemAsync(HttpStatusCode.ServiceUnavailable);
        return response.StatusCode;
    }

    // PostgreSQL stops when there is no room for the next segment of the log; some may exist already.
    private static async Task SwitchLogAsync(DataFolder folder)
    {
        var server = folder.ConnectionString("postgres");
        await Assert.ThatAsync(
            async () =>
            {
                for (var i = 0; i < 100; i++)
                {
                    await AdministerAsync(server, "SELECT pg_logical_emit_message(true, 'test', 'so that there is something to switch'), pg_switch_wal()");
                }
            },
            Throws.InstanceOf<NpgsqlException>());
    }

    private static async Task AdministerAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Database = "postgres", Pooling = false }.ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // the names are generated here
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private sealed record Acknowledged(string Session, string Id, string Text);
}
