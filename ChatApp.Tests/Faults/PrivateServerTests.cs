using System.Text.Json;
using ChatApp.Data;
using ChatApp.Data.Embedded;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace ChatApp.Tests.Faults;

/// <summary>The app as on a fresh machine, with its private PostgreSQL server, when processes are killed.</summary>
internal sealed class PrivateServerTests
{
    private static int _users;

    private DataFolder _folder = null!;

    [OneTimeSetUp]
    public async Task MakeData()
    {
        _folder = new DataFolder();
        await using var app = await AppProcess.StartAsync(_folder.Path);
    }

    [OneTimeTearDown]
    public void RemoveData() => _folder.Dispose();

    [Test]
    public async Task Start_WithNothingConfigured_WorksAndACleanStopLeavesNothingRunning()
    {
        using var folder = new DataFolder();
        var name = NewName();
        await using (var app = await AppProcess.StartAsync(folder.Path))
        {
            using var user = await app.RegisterAsync(name);
            Assert.That((await user.GetJsonAsync("/users/me")).Items("roles"), Has.Count.EqualTo(1), "the first account is the administrator's");
            await user.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "Hello" });
            Assert.That(folder.Processes(), Is.Not.Empty);

            Assert.That(await app.StopAsync(), Is.Zero, () => app.Output);
        }
        Assert.That(folder.Processes(), Is.Empty);

        await using var again = await AppProcess.StartAsync(folder.Path);
        using var same = await again.LogInAsync(name);
        var history = await same.GetJsonAsync("/chat/history");
        Assert.That(history.Items("messages").Select(m => m.Text("role")), Is.EqualTo(new[] { "user", "assistant" }));
        Assert.That(history.Items("messages")[0].Text("content"), Is.EqualTo("Hello"));
    }

    [Test]
    public async Task Start_InAFolderWithAVeryLongName_Works()
    {
        using var folder = new DataFolder(new string('l', 120)); // too long for a socket
        await using (var app = await AppProcess.StartAsync(folder.Path))
        {
            await app.KillAsync();
        }

        await using var next = await AppProcess.StartAsync(folder.Path);
        Assert.That(next.Output, Does.Contain("it was still running"));
        var socket = folder.PostmasterFile[4];
        Assert.That(socket, Does.Not.StartWith(folder.Path));
        await folder.KillServerAsync();
        await next.HealthyAsync();
        Assert.That(await next.StopAsync(), Is.Zero);
        Assert.That(folder.Processes(), Is.Empty);
        Assert.That(Directory.Exists(socket), Is.False);
    }

    [Test]
    public async Task KillApp_WhileAReplyIsGenerated_NextOneTakesTheServerOverAndClosesTheReply()
    {
        await using var model = await ScriptedOpenAiServer.StartAsync(ScriptedReply.Text("Half of", " a reply") with { End = ScriptedReply.Ending.Hang });
        Dictionary<string, string> settings = new() { ["OPENAI_BASE_URL"] = model.Endpoint.ToString(), ["OPENAI_API_KEY"] = "key" };
        var (name, message) = (NewName(), "");
        int postmaster;
        await using (var app = await AppProcess.StartAsync(_folder.Path, settings))
        {
            using var user = await app.RegisterAsync(name);
            using var stream = await EventStream.PostAsync(user, new { message = "question" });
            message = (await stream.NextAsync())!.Data.Text("message_id");
            await stream.NextAsync();
            await model.Hanging.WaitAsync(Eventually.Patience);
            postmaster = _folder.Postmaster;
            await app.KillAsync();
        }

        await using var next = await AppProcess.StartAsync(_folder.Path, settings);

        Assert.That(next.Output, Does.Contain("it was still running"));
        Assert.That(_folder.Postmaster, Is.EqualTo(postmaster));
        using var same = await next.LogInAsync(name);
        await Eventually.TrueAsync(async () => (await ReplyAsync(same)).Text("status") != "generating", "the abandoned reply is closed");
        var reply = await ReplyAsync(same);
        Assert.That(reply.Text("id"), Is.EqualTo(message));
        Assert.That(reply.Text("status"), Is.EqualTo("interrupted"));
        Assert.That(reply.Text("content"), Is.AnyOf("", "Half of", "Half of a reply"), "the text that the journal has");
        await same.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "again" });
        Assert.That(await next.StopAsync(), Is.Zero);
        Assert.That(_folder.Processes(), Is.Empty, "an adopted server is stopped, too");
    }

    [Test]
    public async Task KillAppAndServer_NextStart_HasTheData()
    {
        var name = NewName();
        await using (var app = await AppProcess.StartAsync(_folder.Path))
        {
            using var user = await app.RegisterAsync(name);
            await user.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "Remember me" });
            var server = _folder.Postmaster;
            await app.KillAsync();
            await AppProcess.SignalAsync("KILL", server);
        }

        await using var next = await AppProcess.StartAsync(_folder.Path);

        using var same = await next.LogInAsync(name);
        Assert.That((await same.GetJsonAsync("/chat/history")).Items("messages")[0].Text("content"), Is.EqualTo("Remember me"));
    }

    [Test]
    public async Task Start_DataOfAVersionThatWorkedAsTheSuperuser_WorksWithoutItsRights()
    {
        using var folder = new DataFolder();
        await using (var server = await PrivatePostgres.StartAsync(folder.Path, durable: false, NullLogger.Instance, CancellationToken.None))
        {
            await using var db = new ChatDbContext(new DbContextOptionsBuilder<ChatDbContext>().UseChatApp(server.ConnectionString("chatapp")).Options);
            await db.Database.MigrateAsync();
            NpgsqlConnection.ClearAllPools();
        }

        await using var app = await AppProcess.StartAsync(folder.Path);
        using var user = await app.RegisterAsync(NewName());
        await user.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "Hello" });

        await using var superuser = new NpgsqlConnection(await PrivatePostgres.FindRunningAsync(folder.Path, "chatapp", CancellationToken.None));
        await superuser.OpenAsync();
        Assert.That(await CountAsync("pg_stat_activity a JOIN pg_roles r ON r.oid = a.usesysid WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND r.rolsuper"), Is.Zero);
        Assert.That(await CountAsync("pg_tables WHERE schemaname = 'public' AND tableowner = current_user"), Is.Zero);
        Assert.That(await CountAsync("pg_views WHERE schemaname = 'reporting' AND viewowner = current_user"), Is.Zero);

        async Task<long> CountAsync(string from)
        {
#pragma warning disable CA2100 // constants
            await using var command = new NpgsqlCommand($"SELECT count(*) FROM {from}", superuser);
#pragma warning restore CA2100
            return (long)(await command.ExecuteScalarAsync())!;
        }
    }

    [Test]
    public async Task Start_DataInUse_FailsWithAClearMessageAndDisturbsNothing()
    {
        await using var first = await AppProcess.StartAsync(_folder.Path);
        using var user = await first.RegisterAsync(NewName());
        var server = _folder.Postmaster;

        await using var second = AppProcess.Launch(_folder.Path);

        Assert.That(await second.ExitAsync(), Is.Not.Zero);
        Assert.That(second.Output, Does.Contain("Another ChatApp uses the data in").And.Contain(_folder.Path));
        Assert.That(_folder.Postmaster, Is.EqualTo(server));
        await user.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "still here" });
    }

    [Test]
    public async Task Start_DataOfAMissingVersion_NamesIt()
    {
        using var folder = new DataFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "postgresql-12", "data"));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "postgresql-12", "data", "PG_VERSION"), "12\n");

        await using var app = AppProcess.Launch(folder.Path);

        Assert.That(await app.ExitAsync(), Is.Not.Zero);
        Assert.That(app.Output, Does.Contain("PostgreSQL 12").And.Not.Contain("   at "));
    }

    [Test]
    public async Task Start_DatabaseDoesNotRespond_SaysSo()
    {
        await using var app = AppProcess.Launch(_folder.Path, new()
        {
            ["ConnectionStrings__ChatApp"] = "Host=127.0.0.1;Port=9;Username=nobody;Database=nothing",
            ["Database__StartupPatience"] = "00:00:01",
        });

        Assert.That(await app.ExitAsync(), Is.Not.Zero);
        Assert.That(app.Output, Does.Contain("ChatApp cannot start").And.Not.Contain("Unhandled exception"));
    }

    private static string NewName() => $"user{Interlocked.Increment(ref _users)}";

    private static async Task<JsonElement> ReplyAsync(HttpClient user) => (await user.GetJsonAsync("/chat/history")).Items("messages").Last(m => m.Text("role") == "assistant");
}
