using System.Net;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ChatApp.Tests.Faults;

/// <summary>An administrator or a proxy repeatedly cuts all connections to the database.</summary>
internal sealed class ConnectionsCutTests : TwoInstances
{
    [Test]
    public async Task Connections_CutEverySecondWhileClientsSendOnTwoInstances_LoseAndDuplicateNothing()
    {
        using var elsewhere = Elsewhere();
        var (_, reply, call) = await BeginAsync("all the while", "Started");
        var clients = await SendingClients.StartAsync(User.Client, elsewhere, User.Client, elsewhere);
        await using var administrator = await ConnectAsync();
        for (var i = 0; i < 10; i++)
        {
            await using var cut = new NpgsqlCommand(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()", administrator);
            await cut.ExecuteNonQueryAsync();
            await Task.Delay(TimeSpan.FromSeconds(1));
        }
        await clients.StopAsync();
        call.Say(" and ended").End();

        Assert.That(clients.Retries, Is.GreaterThanOrEqualTo(10), "the cuts have had an effect");
        for (var i = 0; i < 20; i++)
        {
            using var response = await (i % 2 == 0 ? User.Client : elsewhere).SendAsync(HttpMethod.Get, "/chat/sessions", null);
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), "afterwards everything works as before");
        }
        var ended = await EndedAsync(Guid.Parse(reply));
        Assert.That((ended.Status, ended.Content), Is.EqualTo((MessageStatus.Complete, "Started and ended")), "no instance was declared dead");
        await clients.AssertNothingLostAsync(elsewhere);
        await AssertSoundAsync();
    }

    [Test]
    public async Task Change_WhileAnInstanceReceivesNothing_IsShownThereWhenItReconnects()
    {
        using var elsewhere = Elsewhere();
        using var state = await EventStream.GetAsync(elsewhere, "/api/chat/stream?session_id=deaf");
        await state.NextAsync();
        await using var listener = await ConnectAsync();
        await using (var listen = new NpgsqlCommand("LISTEN chatapp_instances", listener))
        {
            await listen.ExecuteNonQueryAsync();
        }
        await using (await DeafenAsync(Other))
        {
            await User.Client.SendJsonAsync(HttpMethod.Post, "/api/system", new { message = "Is anybody there?", session_id = "deaf" });
            await listener.WaitAsync(new CancellationTokenSource(Eventually.Patience).Token);
        }

        Assert.That((await state.NextAsync())!.Data.Items("messages").Select(m => m.Text("content")), Is.EqualTo(new[] { "Is anybody there?" }));
    }

    [Test]
    public async Task Journal_UnexpectedFailure_IsWrittenOnceItSucceeds()
    {
        var (_, reply, call) = await BeginAsync("unforeseen", "One");
        await App.WithDb(db => db.Database.ExecuteSqlRawAsync("ALTER TABLE reply_deltas RENAME TO renamed_deltas"));
        call.Say(", two");
        await Eventually.TrueAsync(() => App.Log.Text.Contains("The reply journal failed", StringComparison.Ordinal), "the journal cannot be written");
        await App.WithDb(db => db.Database.ExecuteSqlRawAsync("ALTER TABLE renamed_deltas RENAME TO reply_deltas"));

        using var elsewhere = Elsewhere();
        using var stream = await EventStream.ResumeAsync(elsewhere, reply);
        call.Say(", three").End();
        Assert.That((await stream.RestAsync()).Tokens(), Is.EqualTo("One, two, three"));
        Assert.That((await EndedAsync(Guid.Parse(reply))).Content, Is.EqualTo("One, two, three"));
    }

    // Cuts the connection on which an instance receives the others' notifications, and prevents a new one until it is disposed.
    private async Task<IAsyncDisposable> DeafenAsync(TestApp app)
    {
        var instance = app.Services.GetRequiredService<IInstances>().Id;
        await using var administrator = await ConnectAsync();
        var holder = await ConnectAsync();
        await using var find = new NpgsqlCommand("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND (classid::bigint << 32) | objid::bigint = $1", administrator);
        find.Parameters.Add(new() { Value = instance });
        var process = (int)(await find.ExecuteScalarAsync())!;
        await using var hold = new NpgsqlCommand($"SELECT pg_advisory_lock({instance})", holder);
        var held = hold.ExecuteNonQueryAsync();
        await using var waits = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $1 AND NOT granted)", administrator);
        waits.Parameters.Add(new() { Value = holder.ProcessID });
        await Eventually.TrueAsync(async () => (bool)(await waits.ExecuteScalarAsync())!, "the lock is waited for");
        await using var cut = new NpgsqlCommand($"SELECT pg_terminate_backend({process})", administrator);
        await cut.ExecuteNonQueryAsync();
        await held;
        return holder;
    }

    private async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(App.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }
}
