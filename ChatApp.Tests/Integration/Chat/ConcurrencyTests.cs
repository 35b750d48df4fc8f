using System.Net;
using ChatApp.Domain.Chat;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Integration.Chat;

internal sealed class ConcurrencyTests : ChatFixture
{
    private TestUser _user = null!;

    [SetUp]
    public async Task Register() => _user = await App.RegisterAsync();

    [Test]
    public async Task Send_WhileAReplyIsGenerated_Is409AndStoresNothing()
    {
        var session = await CreateSessionAsync(_user);
        var path = $"/chat/sessions/{session.Text("id")}/messages";
        var call = Model.Hold("first");
        var sent = await _user.Client.SendJsonAsync(HttpMethod.Post, path, new { content = "first" }, HttpStatusCode.Created);

        await _user.Client.ProblemAsync(HttpMethod.Post, path, new { content = "second" }, HttpStatusCode.Conflict);
        foreach (var route in new[] { "/chat", "/chat/stream" })
        {
            await _user.Client.ProblemAsync(HttpMethod.Post, route, new { message = "second", thread_id = session.Text("id") }, HttpStatusCode.Conflict);
        }

        Assert.That(await StoredMessagesAsync(session.Id()), Has.Count.EqualTo(2));
        call.Say("done").End();
        await EndedAsync(sent.GetProperty("reply").Id());
        await _user.Client.SendJsonAsync(HttpMethod.Post, $"{path}?wait=true", new { content = "second" }, HttpStatusCode.Created);
        var messages = await StoredMessagesAsync(session.Id());
        Assert.That(messages.Select(m => m.Seq), Is.EqualTo(new[] { 1, 2, 3, 4 }), "a rejected message takes no seq");
        Assert.That((await StoredSessionAsync(session)).MessageCount, Is.EqualTo(4));
    }

    [Test]
    public async Task Send_TwentyAtOnce_AcceptsExactlyOne()
    {
        var session = await CreateSessionAsync(_user);
        var calls = Enumerable.Range(0, 20).Select(i => Model.Hold($"racer {i}")).ToList();

        var responses = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => _user.Client.SendAsync(
            HttpMethod.Post, $"/chat/sessions/{session.Text("id")}/messages", new { content = $"racer {i}" })));

        Assert.That(responses.Count(r => r.StatusCode == HttpStatusCode.Created), Is.EqualTo(1));
        Assert.That(responses.Count(r => r.StatusCode == HttpStatusCode.Conflict), Is.EqualTo(19));
        calls.ForEach(c => c.Say("reply").End());
        var messages = await StoredMessagesAsync(session.Id());
        await EndedAsync(messages[1].Id);
        var stored = await StoredSessionAsync(session);
        Assert.That(messages.Select(m => m.Seq), Is.EqualTo(new[] { 1, 2 }));
        Assert.That((stored.MessageCount, stored.NextSeq), Is.EqualTo((2, 3L)));
    }

    [Test]
    public async Task Send_ManyTimesByManyUsers_KeepsSeqGaplessAndCountsRight()
    {
        var session = await CreateSessionAsync(_user);

        var accepted = await Task.WhenAll(Enumerable.Range(0, 6).Select(async sender =>
        {
            var count = 0;
            for (var i = 0; i < 10; i++)
            {
                using var response = await _user.Client.SendAsync(HttpMethod.Post, "/chat", new { message = $"{sender} {i}", thread_id = session.Text("id") });
                Assert.That(response.StatusCode, Is.AnyOf(HttpStatusCode.OK, HttpStatusCode.Conflict));
                count += response.StatusCode == HttpStatusCode.OK ? 1 : 0;
            }
            return count;
        }));

        var messages = await StoredMessagesAsync(session.Id());
        var stored = await StoredSessionAsync(session);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(messages.Select(m => m.Seq), Is.EqualTo(Enumerable.Range(1, accepted.Sum() * 2)));
            Assert.That(messages.Select((m, i) => m.Role == (i % 2 == 0 ? MessageRole.User : MessageRole.Assistant)), Has.All.True);
            Assert.That((stored.MessageCount, stored.NextSeq), Is.EqualTo((accepted.Sum() * 2, accepted.Sum() * 2 + 1L)));
        }
    }

    [Test]
    public async Task Send_InTwoSessions_GeneratesBothRepliesAtTheSameTime()
    {
        var (one, two) = (Model.Hold("one"), Model.Hold("two"));
        var sessions = new[] { await CreateSessionAsync(_user), await CreateSessionAsync(_user) };
        using var first = await EventStream.PostAsync(_user.Client, new { message = "one", thread_id = sessions[0].Text("id") });
        using var second = await EventStream.PostAsync(_user.Client, new { message = "two", thread_id = sessions[1].Text("id") });

        await one.Asked;
        await two.Asked;
        Assert.That(await App.WithDb(db => db.Messages.CountAsync(m => m.UserId == _user.Id && m.Status == MessageStatus.Generating)), Is.EqualTo(2));
        two.Say("second").End();
        Assert.That((await second.RestAsync()).Tokens(), Is.EqualTo("second"));
        one.Say("first").End();
        Assert.That((await first.RestAsync()).Tokens(), Is.EqualTo("first"));
    }

    [Test]
    public async Task Send_ClientLeavesDuringTheCommit_GetsItsReply()
    {
        var session = await CreateSessionAsync(_user);
        // A slow commit that cannot be cancelled.
        await App.WithDb(db => db.Database.ExecuteSqlRawAsync("""
            CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN PERFORM pg_sleep(1); RETURN NULL; EXCEPTION WHEN query_canceled THEN PERFORM pg_sleep(1); RETURN NULL; END';
            CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON messages DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.role = 'user') EXECUTE FUNCTION slow();
            """));
        try
        {
            using var leaving = new CancellationTokenSource();
            var sending = _user.Client.PostAsync(
                new Uri($"/chat/sessions/{session.Text("id")}/messages", UriKind.Relative), Api.Raw("""{"content": "bye"}"""), leaving.Token);
            await Eventually.TrueAsync(
                () => App.WithDb(async db => await db.Database.SqlQuery<int>(
                    $"SELECT count(*)::int AS \"Value\" FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'").SingleAsync() > 0),
                "the message is being committed");
            await leaving.CancelAsync();
            Assert.That(async () => await sending, Throws.InstanceOf<OperationCanceledException>());
        }
        finally
        {
            await App.WithDb(db => db.Database.ExecuteSqlRawAsync("DROP FUNCTION slow CASCADE"));
        }

        await Eventually.TrueAsync(async () => (await StoredMessagesAsync(session.Id())).Count == 2, "committed data exists");
        var reply = await EndedAsync((await StoredMessagesAsync(session.Id()))[1].Id);
        Assert.That(reply.Content, Is.EqualTo(GatedModel.Reply));
    }
}
