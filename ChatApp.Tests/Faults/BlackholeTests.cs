using System.Net;
using ChatApp.Domain.Chat;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ChatApp.Tests.Faults;

/// <summary>The network between one of two instances and the database carries nothing for a while, and no connection is closed.</summary>
internal sealed class BlackholeTests : ChatFixture
{
    private const string Name = "ChatApp-behind-the-proxy";

    private readonly GatedModel _model = new();
    private PostgresProxy _proxy = null!;
    private TestApp _cutOff = null!;
    private TestUser _user = null!;
    private HttpClient _there = null!;

    [OneTimeSetUp]
    public async Task StartCutOff()
    {
        _proxy = new PostgresProxy(App.ConnectionString);
        var impatient = new NpgsqlConnectionStringBuilder(_proxy.ConnectionString) { ApplicationName = Name, Timeout = 2, CommandTimeout = 2, CancellationTimeout = -1 };
        _cutOff = await TestApp.StartAsync(connectionString: impatient.ConnectionString, adjust: b => _model.AddTo(b.Services));
    }

    [SetUp]
    public async Task Register()
    {
        _user = await App.RegisterAsync();
        _there = _cutOff.WithToken(_user.AccessToken);
    }

    [OneTimeTearDown]
    public async Task StopCutOff()
    {
        await _cutOff.DisposeAsync();
        _proxy.Dispose();
    }

    [TearDown]
    public void Heal()
    {
        _proxy.Unblock();
        _there.Dispose();
    }

    [Test]
    public async Task Network_AwayForAMoment_ReplyIsStoredByItsOwnInstance()
    {
        var (reply, call, stream) = await BeginAsync("a moment");
        var clients = await SendingClients.StartAsync(_user.Client, _there);
        using (stream)
        {
            await BlockedAsync();
            call.Say(" and ended").End();
            Assert.That((await stream.NextAsync())!.Data.Text("content"), Is.EqualTo(" and ended"), "subscribers continue without the database");
            await clients.MoreAsync(5); // of the other instance
            _proxy.Unblock();

            Assert.That((await stream.NextAsync())!.Type, Is.EqualTo("done"));
        }
        await RecoveredAsync(clients);
        var stored = await EndedAsync(reply);
        Assert.That((stored.Status, stored.Content), Is.EqualTo((MessageStatus.Complete, "Started and ended")));
    }

    [Test]
    public async Task Network_AwayUntilTheServerGivesUp_ReplyIsAdoptedOnceByTheOtherInstance()
    {
        var (reply, call, stream) = await BeginAsync("for long");
        var clients = await SendingClients.StartAsync(_user.Client, _there);
        using (stream)
        {
            await BlockedAsync();
            await GiveUpAsync();
            var adopted = await EndedAsync(reply);
            Assert.That((adopted.Status, adopted.Content), Is.EqualTo((MessageStatus.Interrupted, "Started")));
            await _user.Client.SendJsonAsync(
                HttpMethod.Post, $"/chat/sessions/{adopted.SessionId}/messages?wait=true", new { content = "go on" }, HttpStatusCode.Created);
            call.Say(" and ended too late").End();
            _proxy.Unblock();

            var rest = await stream.RestAsync();
            Assert.That((rest[^1].Type, rest[^1].Data.Text("status")), Is.EqualTo(("done", "interrupted")), "the end that was stored first");
        }
        await RecoveredAsync(clients);
        var stored = await StoredMessageAsync(reply);
        Assert.That((stored.Status, stored.Content), Is.EqualTo((MessageStatus.Interrupted, "Started")));
        Assert.That(await App.WithDb(db => db.UsageRecords.CountAsync(u => u.MessageId == reply)), Is.EqualTo(1), "charged once");
    }

    // A running reply of the instance that will be cut off, whose beginning is in the journal.
    private async Task<(Guid Reply, ModelCall Call, EventStream Stream)> BeginAsync(string question)
    {
        var call = _model.Hold(question);
        var session = (await CreateSessionAsync(_user)).Text("id");
        var stream = await EventStream.PostAsync(_there, new { message = question, thread_id = session });
        var reply = (await stream.NextAsync())!.Data.Text("message_id");
        call.Say("Started");
        await stream.NextAsync();
        using var journalled = await EventStream.ResumeAsync(_user.Client, reply);
        while ((await journalled.NextAsync())!.Type != "token")
        {
        }
        return (Guid.Parse(reply), call, stream);
    }

    private async Task BlockedAsync()
    {
        _proxy.Block();
        await _there.ProblemAsync(HttpMethod.Get, "/chat/sessions", null, HttpStatusCode.ServiceUnavailable);
        using var anonymous = _cutOff.Anonymous();
        Assert.That(await AppProcess.StatusAsync(anonymous, "/health"), Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(await AppProcess.StatusAsync(anonymous, "/health/live"), Is.EqualTo(HttpStatusCode.OK));
    }

    // As PostgreSQL's keepalive does after a while.
    private Task<int> GiveUpAsync() => App.WithDb(db => db.Database.ExecuteSqlAsync(
        $"SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE datname = current_database() AND application_name = {Name}"));

    private async Task RecoveredAsync(SendingClients clients)
    {
        using var anonymous = _cutOff.Anonymous();
        await Eventually.TrueAsync(async () => await AppProcess.StatusAsync(anonymous, "/health") == HttpStatusCode.OK, "the instance works again");
        await _there.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "hello" });
        await clients.MoreAsync(10);
        await clients.StopAsync();
        Assert.That(clients.Retries, Is.GreaterThan(0), "the fault has had an effect");
        await clients.AssertNothingLostAsync(_user.Client);
        await AssertSoundAsync();
    }
}
