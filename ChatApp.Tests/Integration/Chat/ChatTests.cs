using System.Net;
using System.Text.Json;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Models;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Integration.Chat;

/// <summary>Sending a message and waiting for its reply: <c>POST /chat</c> and <c>POST /chat/sessions/{key}/messages</c>.</summary>
internal sealed class ChatTests : ChatFixture
{
    private TestUser _user = null!;

    [SetUp]
    public async Task Register() => _user = await App.RegisterAsync();

    [Test]
    public async Task Chat_OnTheDefaultThread_RepliesAndStoresBoth()
    {
        var response = await _user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "  Hello there\n" });

        var messages = await StoredMessagesAsync(response.GetProperty("session_id").GetGuid());
        var session = await App.WithDb(db => db.Sessions.SingleAsync(s => s.UserId == _user.Id));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.EnumerateObject().Select(p => p.Name), Is.EqualTo(new[] { "response", "thread_id", "session_id", "message_id", "usage" }));
            Assert.That(response.Text("response"), Is.EqualTo(GatedModel.Reply));
            Assert.That(response.Text("thread_id"), Is.EqualTo($"user-{_user.Id}"));
            Assert.That(response.Text("message_id"), Is.EqualTo(messages[1].Id.ToString()));
            Assert.That(messages.Select(m => (m.Seq, m.Role, m.Status, m.Content)), Is.EqualTo(new[]
            {
                (1L, MessageRole.User, MessageStatus.Complete, "  Hello there\n"),
                (2L, MessageRole.Assistant, MessageStatus.Complete, GatedModel.Reply),
            }));
            Assert.That(messages[1].Model, Is.EqualTo(GatedModel.Name));
            Assert.That(messages, Has.All.Property("UserId").EqualTo(_user.Id));
            Assert.That((session.MessageCount, session.NextSeq), Is.EqualTo((2, 3L)));
            Assert.That(session.LastMessageAt, Is.EqualTo(session.LastActivityAt).And.GreaterThanOrEqualTo(messages[1].CreatedAt));
        }
    }

    [Test]
    public async Task Chat_OnAThread_ContinuesIt()
    {
        var session = await CreateSessionAsync(_user, "Thread", "one");

        foreach (var key in new[] { session.Text("id"), session.Text("thread_id") })
        {
            var response = await _user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "next", thread_id = key });
            Assert.That(response.Text("session_id"), Is.EqualTo(session.Text("id")));
        }

        Assert.That((await StoredMessagesAsync(session.Id())).Select(m => m.Seq), Is.EqualTo(Enumerable.Range(1, 6)));
        Assert.That((await StoredSessionAsync(session)).MessageCount, Is.EqualTo(6));
    }

    [Test]
    public async Task Send_WithoutWaiting_Is201WithTheMessageAndTheGeneratingReply()
    {
        var session = await CreateSessionAsync(_user);
        var call = Model.Hold("question");

        var sent = await _user.Client.SendJsonAsync(
            HttpMethod.Post, $"/chat/sessions/{session.Text("thread_id")}/messages", new { content = "question" }, HttpStatusCode.Created);

        var reply = sent.GetProperty("reply");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((sent.Text("role"), sent.Text("status"), sent.Text("content")), Is.EqualTo(("user", "complete", "question")));
            Assert.That(sent.Text("_id"), Is.EqualTo(sent.Text("id")));
            Assert.That(sent.Text("session_id"), Is.EqualTo(session.Text("id")));
            Assert.That(sent.Text("user_id"), Is.EqualTo(_user.Id.ToString()));
            Assert.That(sent.Text("timestamp"), Is.EqualTo(sent.Text("created_at")).And.EndsWith("Z"));
            Assert.That(sent.GetProperty("usage").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That((reply.Text("role"), reply.Text("status"), reply.Text("content")), Is.EqualTo(("assistant", "generating", "")));
            Assert.That((await StoredMessageAsync(reply.Id())).Status, Is.EqualTo(MessageStatus.Generating));
        }
        call.Say("reply").End();
        Assert.That((await EndedAsync(reply.Id())).Content, Is.EqualTo("reply"));
    }

    [Test]
    public async Task Send_Waiting_ReturnsTheFinishedReply()
    {
        var session = await CreateSessionAsync(_user);
        Model.Hold("question").Say("the ", "reply").Report(5, 3).End();

        var sent = await _user.Client.SendJsonAsync(
            HttpMethod.Post, $"/chat/sessions/{session.Text("id")}/messages?wait=true", new { content = "question" }, HttpStatusCode.Created);

        var reply = sent.GetProperty("reply");
        Assert.That((reply.Text("status"), reply.Text("content"), reply.Text("model")), Is.EqualTo(("complete", "the reply", GatedModel.Name)));
        Assert.That(reply.GetProperty("usage").Number("total_tokens"), Is.EqualTo(8));
        Assert.That(await StoredMessageAsync(reply.Id()), Has.Property("Content").EqualTo("the reply"));
    }

    [TestCase("""{"message": "hi", "persona": "nobody"}""", "persona")]
    [TestCase("""{"message": "hi", "persona": ""}""", "persona")]
    [TestCase("""{"message": "hi", "model": "nothing"}""", "model")]
    [TestCase("""{"message": "hi", "model": "\u0000"}""", "model")]
    public async Task Chat_UnknownPersonaOrModel_Is400AndStoresNothing(string body, string field)
    {
        foreach (var path in new[] { "/chat", "/chat/stream" })
        {
            var problem = await _user.Client.ProblemAsync(HttpMethod.Post, path, Api.Raw(body), HttpStatusCode.BadRequest);
            Assert.That(problem.Fields(), Is.EqualTo(new[] { field }));
        }
        Assert.That(await App.WithDb(db => db.Messages.AnyAsync(m => m.UserId == _user.Id)), Is.False);
    }

    [Test]
    public async Task Chat_ModelFails_Is503WithRetryAfterAndKeepsThePartialText()
    {
        Model.Hold("fail").Say("Half of").Fail(new ModelException(ReplyErrorCode.ProviderUnavailable, "The model cannot be reached."));

        using var response = await _user.Client.SendAsync(HttpMethod.Post, "/chat", new { message = "fail" });

        var problem = await response.ProblemAsync(HttpStatusCode.ServiceUnavailable);
        var reply = await App.WithDb(db => db.Messages.SingleAsync(m => m.UserId == _user.Id && m.Role == MessageRole.Assistant));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.Headers.RetryAfter?.Delta, Is.GreaterThan(TimeSpan.Zero));
            Assert.That(problem.Text("detail"), Is.EqualTo("The model cannot be reached."));
            Assert.That((reply.Status, reply.Content), Is.EqualTo((MessageStatus.Failed, "Half of")));
            Assert.That(MessageDetails.From(reply.Metadata).ErrorCode, Is.EqualTo("provider_unavailable"));
        }
    }

    [Test]
    public async Task Send_WaitingForAReplyThatFails_Is201WithTheFailedReply()
    {
        var session = await CreateSessionAsync(_user);
        Model.Hold("fail").Fail(new InvalidDataException("details"));

        var sent = await _user.Client.SendJsonAsync(
            HttpMethod.Post, $"/chat/sessions/{session.Text("id")}/messages?wait=true", new { content = "fail" }, HttpStatusCode.Created);

        Assert.That(sent.GetProperty("reply").Text("status"), Is.EqualTo("failed"));
        Assert.That(sent.GetProperty("reply").GetProperty("metadata").Text("error_code"), Is.EqualTo("internal"));
    }

    [Test]
    public async Task Title_UnnamedSession_ComesFromTheFirstMessageOnly()
    {
        var session = await CreateSessionAsync(_user, null, "## **How** do I bake bread?\nIn detail, please.", "And cake?");

        Assert.That((await _user.Client.GetJsonAsync($"/chat/sessions/{session.Text("id")}")).Text("title"), Is.EqualTo("How do I bake bread?"));
    }

    [TestCase("Given")]
    [TestCase("New Chat")]
    public async Task Title_GivenByTheUser_IsNeverReplaced(string title)
    {
        var created = await CreateSessionAsync(_user, title, "Something else");
        var renamed = await CreateSessionAsync(_user);
        await _user.Client.SendJsonAsync(HttpMethod.Put, $"/chat/sessions/{renamed.Text("id")}", new { title });
        await _user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "Something else", thread_id = renamed.Text("id") });

        Assert.That((await StoredSessionAsync(created)).Title, Is.EqualTo(title));
        Assert.That((await StoredSessionAsync(renamed)).Title, Is.EqualTo(title));
    }

    [Test]
    public async Task Send_InATemporarySession_ExtendsItsLife()
    {
        var session = await _user.Client.SendJsonAsync(HttpMethod.Post, "/chat/sessions", new { temporary = true }, HttpStatusCode.Created);

        await _user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "still here", thread_id = session.Text("id") });

        Assert.That((await StoredSessionAsync(session)).ExpiresAt, Is.GreaterThan(session.GetProperty("expires_at").GetDateTimeOffset()));
    }
}
