using System.Net;
using ChatApp.Data.Checks;
using ChatApp.Data.Embedded;
using ChatApp.Domain.Chat;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace ChatApp.Tests.Faults;

/// <summary>The database becomes unavailable and comes back.</summary>
internal sealed class DatabaseAwayTests
{
    private readonly GatedModel _model = new();
    private DataFolder _folder = null!;
    private PrivatePostgres _server = null!;
    private TestApp _app = null!;
    private TestUser _user = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _folder = new DataFolder();
        _server = await StartServerAsync();
        _app = await TestApp.StartAsync(connectionString: _server.ConnectionString("chat"), adjust: b => _model.AddTo(b.Services));
        _user = await _app.RegisterAsync();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _app.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Database_Stopped_Is503UntilItIsBack()
    {
        await _server.DisposeAsync();

        using var anonymous = _app.Anonymous();
        using (var refused = await _user.Client.SendAsync(HttpMethod.Post, "/chat", new { message = "hello" }))
        {
            await refused.ProblemAsync(HttpStatusCode.ServiceUnavailable);
            Assert.That(refused.Headers.RetryAfter?.Delta, Is.GreaterThan(TimeSpan.Zero));
        }
        await anonymous.ProblemAsync(HttpMethod.Post, "/auths/login", TestApp.Form(_user.Name, TestUser.Password), HttpStatusCode.ServiceUnavailable);
        Assert.That(await AppProcess.StatusAsync(anonymous, "/health"), Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(await AppProcess.StatusAsync(anonymous, "/health/live"), Is.EqualTo(HttpStatusCode.OK));

        _server = await StartServerAsync();
        await Eventually.TrueAsync(async () => await AppProcess.StatusAsync(anonymous, "/health") == HttpStatusCode.OK, "the app has reconnected to the database");
        Assert.That((await _user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "hello" })).Text("response"), Is.EqualTo(GatedModel.Reply));
    }

    [Test]
    public async Task Database_StoppedWhileAReplyIsGenerated_StoresItWhenItIsBack()
    {
        var call = _model.Hold("long");
        using var stream = await EventStream.PostAsync(_user.Client, new { message = "long" });
        var reply = (await stream.NextAsync())!.Data.GetProperty("message_id").GetGuid();
        call.Say("first");
        await stream.NextAsync();

        await _server.DisposeAsync();
        call.Say(" and last").End();
        Assert.That((await stream.NextAsync())!.Data.Text("content"), Is.EqualTo(" and last"), "subscribers continue without the database");
        _server = await StartServerAsync();

        Assert.That((await stream.NextAsync())!.Type, Is.EqualTo("done"));
        var stored = await _app.WithDb(db => db.Messages.AsNoTracking().SingleAsync(m => m.Id == reply));
        Assert.That((stored.Status, stored.Content), Is.EqualTo((MessageStatus.Complete, "first and last")));
    }

    [Test]
    public async Task Database_Frozen_Is503AndWorksWhenItThaws()
    {
        using var anonymous = _app.Anonymous();
        var processes = _folder.Processes();
        await AppProcess.SignalAsync("STOP", processes);
        try
        {
            await _user.Client.ProblemAsync(HttpMethod.Get, "/chat/sessions", null, HttpStatusCode.ServiceUnavailable);
            Assert.That(await AppProcess.StatusAsync(anonymous, "/health/live"), Is.EqualTo(HttpStatusCode.OK));
        }
        finally
        {
            await AppProcess.SignalAsync("CONT", processes);
        }

        await Eventually.TrueAsync(async () => await AppProcess.StatusAsync(_user.Client, "/chat/sessions") == HttpStatusCode.OK, "the app serves again");
    }

    [Test]
    public async Task Database_FrozenWhileRepliesGrowAndEnd_LeavesNothingInTheJournal()
    {
        var calls = Enumerable.Range(0, 8).Select(n => _model.Hold($"frozen {n}")).ToList();
        var replies = await Task.WhenAll(calls.Select(async (_, n) =>
        {
            var user = await _app.RegisterAsync();
            using var stream = await EventStream.PostAsync(user.Client, new { message = $"frozen {n}" });
            return (await stream.NextAsync())!.Data.GetProperty("message_id").GetGuid();
        }));
        var processes = _folder.Processes();
        await AppProcess.SignalAsync("STOP", processes);
        try
        {
            calls.ForEach(c => c.Say("while frozen"));
            await Eventually.TrueAsync(() => _app.Log.Text.Contains("cannot be written at the moment", StringComparison.Ordinal), "the journal has given up");
            calls.ForEach(c => c.Say(" and more").End());
            await Eventually.TrueAsync(() => _app.Log.Text.Contains("cannot be stored yet", StringComparison.Ordinal), "storing the ends was attempted");
        }
        finally
        {
            await AppProcess.SignalAsync("CONT", processes);
        }

        await Eventually.TrueAsync(
            () => _app.WithDb(db => db.Messages.AllAsync(m => !replies.Contains(m.Id) || m.Status == MessageStatus.Complete)), "all ends are stored");
        await using var connection = new NpgsqlConnection(_app.ConnectionString);
        await connection.OpenAsync();
        Assert.That(await DatabaseCheck.RunAsync(connection, CancellationToken.None), Is.Empty);
    }

    [Test]
    public async Task Database_ReadOnly_Is503ForWritesUntilItAcceptsThem()
    {
        var call = _model.Hold("written before");
        using var stream = await EventStream.PostAsync(_user.Client, new { message = "written before" });
        await stream.NextAsync();
        await SetReadOnlyAsync(true);
        try
        {
            call.Say("text").End(); // for the journal and for the end
            await _user.Client.ProblemAsync(HttpMethod.Post, "/chat/sessions", new { title = "no" }, HttpStatusCode.ServiceUnavailable);
            await _user.Client.GetJsonAsync("/chat/sessions");
            await Eventually.TrueAsync(() => _app.Log.Text.Contains("cannot be stored yet", StringComparison.Ordinal), "storing the end was attempted");
        }
        finally
        {
            await SetReadOnlyAsync(false);
        }

        Assert.That((await stream.RestAsync()).Select(e => e.Type), Is.EqualTo(new[] { "token", "done" }));
        await _user.Client.SendJsonAsync(HttpMethod.Post, "/chat/sessions", new { title = "yes" }, HttpStatusCode.Created);
    }

    // As after a failover to a standby. Only new connections get the setting, so the old ones are cut.
    private async Task SetReadOnlyAsync(bool on)
    {
        await using var connection = new NpgsqlConnection(_server.ConnectionString("postgres"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            $"ALTER DATABASE chat SET default_transaction_read_only = {(on ? "on" : "off")}; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'chat'", connection);
        await command.ExecuteNonQueryAsync();
        using var anonymous = _app.Anonymous();
        await Eventually.TrueAsync(async () => await AppProcess.StatusAsync(anonymous, "/health") == HttpStatusCode.OK, "the app has reconnected");
    }

    private Task<PrivatePostgres> StartServerAsync() => PrivatePostgres.StartAsync(_folder.Path, durable: false, NullLogger.Instance, CancellationToken.None);
}
