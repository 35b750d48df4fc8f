using System.Net;
using System.Text.Json;
using ChatApp.Domain.Chat;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Integration.Chat;

/// <summary>Reading, deleting and restoring messages.</summary>
internal sealed class HistoryTests : ChatFixture
{
    private TestUser _user = null!;

    [SetUp]
    public async Task Register() => _user = await App.RegisterAsync();

    [TestCase(41)]
    [TestCase(50)]
    [TestCase(200)]
    public async Task History_PageByPage_HasEachMessageOnceInOrder(int limit)
    {
        var session = await CreateSessionAsync(_user);
        await AddMessagesAsync(session, 205);

        foreach (var path in new[] { $"/chat/sessions/{session.Text("id")}/messages?", $"/chat/history?thread_id={session.Text("thread_id")}&" })
        {
            var (seen, cursor) = (new List<string>(), "");
            do
            {
                var page = await _user.Client.GetJsonAsync($"{path}limit={limit}&cursor={cursor}");
                Assert.That(page.Number("message_count"), Is.EqualTo(205));
                Assert.That(page.Items("messages"), Has.Count.LessThanOrEqualTo(limit));
                seen.InsertRange(0, page.Items("messages").Select(m => m.Text("content")));
                cursor = page.GetProperty("next_cursor").GetString();
            }
            while (cursor is not null);
            Assert.That(seen, Is.EqualTo(Enumerable.Range(1, 205).Select(i => $"message {i}")));
        }
    }

    [Test]
    public async Task History_WhileMessagesArrive_PagesOlderOnesUndisturbed()
    {
        var session = await CreateSessionAsync(_user, null, "one", "two", "three");
        var path = $"/chat/sessions/{session.Text("id")}/messages";
        var first = await _user.Client.GetJsonAsync($"{path}?limit=2");

        await _user.Client.SendJsonAsync(HttpMethod.Post, $"{path}?wait=true", new { content = "four" }, HttpStatusCode.Created);
        var second = await _user.Client.GetJsonAsync($"{path}?cursor={first.Text("next_cursor")}");

        Assert.That(first.Items("messages").Select(m => m.Text("content")), Is.EqualTo(new[] { "three", GatedModel.Reply }));
        Assert.That(second.Items("messages").Select(m => m.Text("content")), Is.EqualTo(new[] { "one", GatedModel.Reply, "two", GatedModel.Reply }));
        Assert.That(second.GetProperty("next_cursor").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [Test]
    public async Task History_OfTheDefaultThread_HasTheMessages()
    {
        await _user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "hello" });

        var history = await _user.Client.GetJsonAsync("/chat/history");

        Assert.That(history.Text("thread_id"), Is.EqualTo($"user-{_user.Id}"));
        Assert.That(history.Items("messages").Select(m => m.Text("role")), Is.EqualTo(new[] { "user", "assistant" }));
        Assert.That(history.Number("message_count"), Is.EqualTo(2));
    }

    [TestCase("limit=0")]
    [TestCase("limit=201")]
    [TestCase("cursor=nonsense")]
    public async Task History_InvalidQuery_Is400(string query)
    {
        var session = await CreateSessionAsync(_user, null, "hello");
        foreach (var path in new[] { "/chat/history", $"/chat/sessions/{session.Text("id")}/messages" })
        {
            var problem = await _user.Client.ProblemAsync(HttpMethod.Get, $"{path}?{query}", null, HttpStatusCode.BadRequest);
            Assert.That(problem.Fields(), Is.EqualTo(new[] { query.Split('=')[0] }));
        }
    }

    [Test]
    public async Task DeleteMessage_ThenRestore_KeepsCountAndPosition()
    {
        var session = await CreateSessionAsync(_user, null, "one", "two");
        var path = $"/chat/sessions/{session.Text("id")}/messages";
        var second = (await StoredMessagesAsync(session.Id()))[1];

        var deleted = await _user.Client.SendJsonAsync(HttpMethod.Delete, $"{path}/{second.Id}");
        Assert.That(deleted.GetProperty("success").GetBoolean(), Is.True);
        Assert.That((await StoredSessionAsync(session)).MessageCount, Is.EqualTo(3));
        Assert.That((await _user.Client.GetJsonAsync(path)).Items("messages").Select(m => m.Id()), Has.None.EqualTo(second.Id));
        await _user.Client.ProblemAsync(HttpMethod.Delete, $"{path}/{second.Id}", null, HttpStatusCode.NotFound);
        Assert.That((await StoredMessageAsync(second.Id)).Content, Is.EqualTo(second.Content), "it is only marked as deleted");

        var restored = await _user.Client.SendJsonAsync(HttpMethod.Post, $"{path}/{second.Id}/restore");
        Assert.That(restored.Id(), Is.EqualTo(second.Id));
        Assert.That(restored.GetProperty("deleted_at").ValueKind, Is.EqualTo(JsonValueKind.Null));
        await _user.Client.ProblemAsync(HttpMethod.Post, $"{path}/{second.Id}/restore", null, HttpStatusCode.NotFound);
        var history = await _user.Client.GetJsonAsync(path);
        Assert.That(history.Items("messages")[1].Id(), Is.EqualTo(second.Id));
        Assert.That((history.Number("message_count"), (await StoredSessionAsync(session)).MessageCount), Is.EqualTo((4, 4)));
    }

    [Test]
    public async Task DeleteMessage_TenTimesAtOnce_CountsOnce()
    {
        var session = await CreateSessionAsync(_user, null, "one");
        var message = (await StoredMessagesAsync(session.Id()))[0];

        var responses = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ =>
            _user.Client.SendAsync(HttpMethod.Delete, $"/chat/sessions/{session.Text("id")}/messages/{message.Id}", null)));

        Assert.That(responses.Count(r => r.StatusCode == HttpStatusCode.OK), Is.EqualTo(1));
        Assert.That(responses.Count(r => r.StatusCode == HttpStatusCode.NotFound), Is.EqualTo(9));
        Assert.That((await StoredSessionAsync(session)).MessageCount, Is.EqualTo(1));
    }

    [Test]
    public async Task DeleteMessages_WhileOthersAreSent_KeepsTheCountRight()
    {
        var session = await CreateSessionAsync(_user);
        await AddMessagesAsync(session, 20);
        var ids = (await StoredMessagesAsync(session.Id())).ConvertAll(m => m.Id);
        var path = $"/chat/sessions/{session.Text("id")}/messages";

        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < 10; i++)
            {
                await _user.Client.SendJsonAsync(HttpMethod.Post, $"{path}?wait=true", new { content = "more" }, HttpStatusCode.Created);
            }
        });
        await Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (id, _) =>
            await _user.Client.SendJsonAsync(HttpMethod.Delete, $"{path}/{id}"));
        await sending;

        Assert.That((await StoredSessionAsync(session)).MessageCount, Is.EqualTo(20));
        Assert.That((await StoredMessagesAsync(session.Id())).Count(m => m.DeletedAt is null), Is.EqualTo(20));
    }

    [Test]
    public async Task ClearHistory_DeletesAllMessagesAndKeepsTheThread()
    {
        var session = await CreateSessionAsync(_user, "Kept", "one", "two");
        var other = await CreateSessionAsync(_user, "Other", "three");

        var cleared = await _user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/history?thread_id={session.Text("thread_id")}");
        await _user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/history?thread_id={session.Text("id")}");

        Assert.That(cleared.GetProperty("success").GetBoolean(), Is.True);
        Assert.That(cleared.Text("thread_id"), Is.EqualTo(session.Text("thread_id")));
        Assert.That((await _user.Client.GetJsonAsync($"/chat/sessions/{session.Text("id")}")).Number("message_count"), Is.Zero);
        Assert.That(await StoredMessagesAsync(session.Id()), Has.Count.EqualTo(4).And.All.Property("DeletedAt").Not.Null);
        Assert.That((await StoredSessionAsync(other)).MessageCount, Is.EqualTo(2));
        await _user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "anew", thread_id = session.Text("id") });
        Assert.That((await StoredMessagesAsync(session.Id())).Select(m => m.Seq), Is.EqualTo(Enumerable.Range(1, 6)), "no seq is used twice");
    }

    [Test]
    public async Task Delete_WhileTheReplyIsGenerated_Is409()
    {
        var session = await CreateSessionAsync(_user, null, "one");
        var call = Model.Hold("hold");
        var sent = await _user.Client.SendJsonAsync(HttpMethod.Post, $"/chat/sessions/{session.Text("id")}/messages", new { content = "hold" }, HttpStatusCode.Created);
        var reply = sent.GetProperty("reply").Id();

        await _user.Client.ProblemAsync(HttpMethod.Delete, $"/chat/sessions/{session.Text("id")}/messages/{reply}", null, HttpStatusCode.Conflict);
        await _user.Client.ProblemAsync(HttpMethod.Delete, $"/chat/history?thread_id={session.Text("id")}", null, HttpStatusCode.Conflict);

        Assert.That((await StoredSessionAsync(session)).MessageCount, Is.EqualTo(4));
        call.Say("reply").End();
        await EndedAsync(reply);
        await _user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{session.Text("id")}/messages/{reply}");
        Assert.That((await StoredSessionAsync(session)).MessageCount, Is.EqualTo(3));
    }

    private Task<int> AddMessagesAsync(JsonElement session, int count) => App.WithDb(async db =>
    {
        var id = session.Id();
        var stored = await db.Sessions.SingleAsync(s => s.Id == id);
        for (var i = 1; i <= count; i++)
        {
            db.Messages.Add(stored.Append(MessageRole.User, $"message {i}", stored.CreatedAt, Guid.CreateVersion7()));
        }
        return await db.SaveChangesAsync();
    });
}
