using System.Net;
using ChatApp.Domain.Chat;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Integration.Sessions;

internal sealed class TrashTests : ChatFixture
{
    private TestUser _user = null!;

    [OneTimeSetUp]
    public async Task Register() => _user = await App.RegisterAsync();

    [Test]
    public async Task Delete_Session_MovesItToTheTrashWithItsMessages()
    {
        var session = await CreateSessionAsync(_user, "Old", "hello");
        var path = $"/chat/sessions/{session.Text("id")}";

        var deleted = await _user.Client.SendJsonAsync(HttpMethod.Delete, path);

        Assert.That(deleted.GetProperty("success").GetBoolean(), Is.True);
        Assert.That(deleted.Text("session_id"), Is.EqualTo(session.Text("id")));
        await _user.Client.ProblemAsync(HttpMethod.Get, path, null, HttpStatusCode.NotFound);
        await _user.Client.ProblemAsync(HttpMethod.Delete, path, null, HttpStatusCode.NotFound);
        Assert.That(await ListedAsync(deleted: false), Has.None.EqualTo(session.Id()));
        Assert.That(await ListedAsync(deleted: true), Has.Some.EqualTo(session.Id()));
        Assert.That((await StoredSessionAsync(session)).DeletedAt, Is.Not.Null);
        Assert.That(await StoredMessagesAsync(session.Id()), Has.Count.EqualTo(2).And.All.Property("DeletedAt").Null);
    }

    [Test]
    public async Task Restore_Session_RestoresItsMessages()
    {
        var session = await CreateSessionAsync(_user, "Back", "hello");
        var path = $"/chat/sessions/{session.Text("id")}";
        await _user.Client.SendJsonAsync(HttpMethod.Delete, path);

        var restored = await _user.Client.SendJsonAsync(HttpMethod.Post, $"{path}/restore");

        Assert.That(restored.Text("thread_id"), Is.EqualTo(session.Text("thread_id")));
        Assert.That(restored.Number("message_count"), Is.EqualTo(2));
        Assert.That((await _user.Client.GetJsonAsync($"{path}/messages")).Items("messages"), Has.Count.EqualTo(2));
        Assert.That(await ListedAsync(deleted: true), Has.None.EqualTo(session.Id()));
        await _user.Client.ProblemAsync(HttpMethod.Post, $"{path}/restore", null, HttpStatusCode.NotFound);
        Assert.That((await StoredSessionAsync(session)).DeletedAt, Is.Null);
    }

    [Test]
    public async Task Remove_FromTheTrash_IsPermanentButKeepsTheUsage()
    {
        var session = await CreateSessionAsync(_user, "Bye", "hello");
        var (id, path) = (session.Id(), $"/chat/sessions/{session.Text("id")}");
        await _user.Client.ProblemAsync(HttpMethod.Delete, $"{path}?permanent=true", null, HttpStatusCode.Conflict);
        await _user.Client.SendJsonAsync(HttpMethod.Delete, path);

        await _user.Client.SendJsonAsync(HttpMethod.Delete, $"{path}?permanent=true");

        await _user.Client.ProblemAsync(HttpMethod.Delete, $"{path}?permanent=true", null, HttpStatusCode.NotFound);
        await _user.Client.ProblemAsync(HttpMethod.Post, $"{path}/restore", null, HttpStatusCode.NotFound);
        Assert.That(await App.WithDb(db => db.Sessions.AnyAsync(s => s.Id == id)), Is.False);
        Assert.That(await StoredMessagesAsync(id), Is.Empty);
        Assert.That(await App.WithDb(db => db.UsageRecords.CountAsync(r => r.SessionId == id)), Is.EqualTo(1));
    }

    [Test]
    public async Task Restore_ThreadTakenInTheMeantime_GetsANewThread()
    {
        var user = await App.RegisterAsync();
        var old = await user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "the first default" });
        await user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/user-{user.Id}");
        var young = await user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "the second default" });
        Assert.That(young.Text("session_id"), Is.Not.EqualTo(old.Text("session_id")));
        Assert.That(young.Text("thread_id"), Is.EqualTo(old.Text("thread_id")));

        var restored = await user.Client.SendJsonAsync(HttpMethod.Post, $"/chat/sessions/user-{user.Id}/restore");

        Assert.That(restored.Text("id"), Is.EqualTo(old.Text("session_id")));
        Assert.That(restored.Text("thread_id"), Is.EqualTo($"thread-{old.Text("session_id")}"));
        Assert.That((await user.Client.GetJsonAsync($"/chat/sessions/user-{user.Id}")).Text("id"), Is.EqualTo(young.Text("session_id")));
        Assert.That(await App.WithDb(db => db.Sessions.CountAsync(s => s.UserId == user.Id && s.DeletedAt == null)), Is.EqualTo(2));
    }

    [Test]
    public async Task Restore_TenTimesAtOnce_WorksOnce()
    {
        var session = await CreateSessionAsync(_user, "Torn");
        var path = $"/chat/sessions/{session.Text("id")}";
        await _user.Client.SendJsonAsync(HttpMethod.Delete, path);

        var responses = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _user.Client.SendAsync(HttpMethod.Post, $"{path}/restore", null)));

        Assert.That(responses.Select(r => r.StatusCode), Has.All.AnyOf(HttpStatusCode.OK, HttpStatusCode.NotFound));
        Assert.That(responses.Count(r => r.StatusCode == HttpStatusCode.OK), Is.EqualTo(1));
    }

    [Test]
    public async Task Delete_TenTimesAtOnce_WorksOnce()
    {
        var session = await CreateSessionAsync(_user, "Torn");

        var responses = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _user.Client.SendAsync(HttpMethod.Delete, $"/chat/sessions/{session.Text("id")}", null)));

        Assert.That(responses.Count(r => r.StatusCode == HttpStatusCode.OK), Is.EqualTo(1));
        Assert.That(responses.Count(r => r.StatusCode == HttpStatusCode.NotFound), Is.EqualTo(9));
    }

    [Test]
    public async Task Delete_WhileAReplyIsGenerated_LetsItEndInTheTrash()
    {
        var session = await CreateSessionAsync(_user, "Busy");
        var path = $"/chat/sessions/{session.Text("id")}";
        var call = Model.Hold("go on");
        var sent = await _user.Client.SendJsonAsync(HttpMethod.Post, $"{path}/messages", new { content = "go on" }, HttpStatusCode.Created);

        await _user.Client.SendJsonAsync(HttpMethod.Delete, path);
        await _user.Client.ProblemAsync(HttpMethod.Delete, $"{path}?permanent=true", null, HttpStatusCode.Conflict);
        call.Say("to the end").End();

        var reply = await EndedAsync(sent.GetProperty("reply").Id());
        Assert.That((reply.Status, reply.Content), Is.EqualTo((MessageStatus.Complete, "to the end")));
        await _user.Client.SendJsonAsync(HttpMethod.Delete, $"{path}?permanent=true");
    }

    [Test]
    public async Task Delete_WithAnUnclearFlag_Is400AndDeletesNothing()
    {
        var session = await CreateSessionAsync(_user, "Safe");

        var problem = await _user.Client.ProblemAsync(HttpMethod.Delete, $"/chat/sessions/{session.Text("id")}?permanent=perhaps", null, HttpStatusCode.BadRequest);

        Assert.That(problem.Fields(), Is.EqualTo(new[] { "permanent" }));
        Assert.That((await StoredSessionAsync(session)).DeletedAt, Is.Null);
    }

    private async Task<IReadOnlyList<Guid>> ListedAsync(bool deleted) =>
        [.. (await _user.Client.GetJsonAsync($"/chat/sessions?deleted={deleted}&limit=200")).Items("sessions").Select(s => s.Id())];
}
