using System.Net;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Faults;

/// <summary>Hundreds of open event streams at an app with two connections to the database: a stream must not keep one.</summary>
internal sealed class SmallPoolTests
{
    private const int Pool = 2;
    private const int Users = 10;
    private const int FeedsPerUser = 25;
    private const int Replies = 50;

    [Test]
    public async Task Streams_Hundreds_HoldNoConnectionOfThePool()
    {
        var (model, database) = (new GatedModel(), await TestPostgres.CopyAsync());
        await using (var app = await TestApp.StartAsync(connectionString: $"{database};Maximum Pool Size={Pool}", adjust: b => model.AddTo(b.Services)))
        {
            var users = new List<TestUser>();
            for (var i = 0; i < Users; i++)
            {
                users.Add(await app.RegisterAsync());
            }
            var call = model.Hold("long");
            var sent = await users[0].Client.SendJsonAsync(HttpMethod.Post, "/chat/sessions", new { }, HttpStatusCode.Created);
            var reply = (await users[0].Client.SendJsonAsync(
                HttpMethod.Post, $"/chat/sessions/{sent.Text("id")}/messages", new { content = "long" }, HttpStatusCode.Created)).GetProperty("reply").Text("id");
            var feeds = await OpenAsync(users.SelectMany(u => Enumerable.Repeat(u, FeedsPerUser)), u => EventStream.GetAsync(u.Client, "/chat/events"));
            var replies = await OpenAsync(Enumerable.Repeat(users[0], Replies), u => EventStream.ResumeAsync(u.Client, reply));

            await Task.WhenAll(users.Select(async user =>
            {
                for (var i = 0; i < 3; i++)
                {
                    await user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = $"message {i}" });
                }
            }));
            await Eventually.TrueAsync(async () => await BusyAsync(app) == 0, "the open streams use no connection");
            Assert.That(await ConnectionsAsync(app), Is.LessThanOrEqualTo(Pool + 1), "the pool and the connection to the other instances");

            call.Say("text").End();
            foreach (var stream in replies)
            {
                Assert.That((await stream.RestAsync())[^1].Type, Is.EqualTo("done"));
            }
            feeds.AddRange(replies);
            feeds.ForEach(s => s.Dispose());
        }
        await TestPostgres.DropAsync(database);
    }

    // A few at a time: each one needs a connection for a moment.
    private static async Task<List<EventStream>> OpenAsync(IEnumerable<TestUser> users, Func<TestUser, Task<EventStream>> open)
    {
        var streams = new List<EventStream>();
        foreach (var some in users.Chunk(10))
        {
            streams.AddRange(await Task.WhenAll(some.Select(open)));
        }
        return streams;
    }

    // The connections of the app, and those that are in use or in a transaction.
    private static Task<int> ConnectionsAsync(TestApp app) => app.WithDb(db => db.Database.SqlQuery<int>(
        $"""SELECT count(*)::int AS "Value" FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'""").SingleAsync());

    private static Task<int> BusyAsync(TestApp app) => app.WithDb(db => db.Database.SqlQuery<int>(
        $"""SELECT count(*)::int AS "Value" FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND state <> 'idle' AND pid <> pg_backend_pid()""").SingleAsync());
}
