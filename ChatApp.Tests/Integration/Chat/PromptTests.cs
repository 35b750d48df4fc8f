using ChatApp.Domain.Chat;
using ChatApp.Domain.Models;
using ChatApp.Tests.Support;
using Microsoft.Extensions.AI;

namespace ChatApp.Tests.Integration.Chat;

/// <summary>The prompt that the model receives.</summary>
internal sealed class PromptTests : ChatFixture
{
    private TestUser _user = null!;

    [SetUp]
    public async Task Register()
    {
        _user = await App.RegisterAsync();
        Model.ContextWindow = 100_000;
    }

    [Test]
    public async Task Send_InALongerChat_SendsThePersonaThenTheHistoryInOrder()
    {
        var session = await CreateSessionAsync(_user, null, "one", "two");
        var call = Model.Hold("three");

        await SendAsync(session.Text("id"), "three", call);

        var prompt = await call.Asked;
        Assert.That(prompt[0].Role, Is.EqualTo(ChatRole.System));
        Assert.That(prompt[0].Text, Is.Not.Empty);
        Assert.That(prompt.Skip(1).Select(m => (m.Role, m.Text)), Is.EqualTo(new[]
        {
            (ChatRole.User, "one"), (ChatRole.Assistant, GatedModel.Reply), (ChatRole.User, "two"), (ChatRole.Assistant, GatedModel.Reply), (ChatRole.User, "three"),
        }));
        Assert.That(ChatCaller.Of(call.Options), Is.EqualTo(new ChatCaller(_user.Id, session.Id())));
        Assert.That(call.Options!.MaxOutputTokens, Is.Positive);
    }

    [Test]
    public async Task Send_AfterAMessageWasDeleted_LeavesItOut()
    {
        var session = await CreateSessionAsync(_user, null, "secret", "two");
        var secret = (await StoredMessagesAsync(session.Id()))[0];
        await _user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{session.Text("id")}/messages/{secret.Id}");
        var call = Model.Hold("three");

        await SendAsync(session.Text("id"), "three", call);

        Assert.That((await call.Asked).Select(m => m.Text), Has.None.EqualTo("secret").And.Some.EqualTo("two"));
    }

    [Test]
    public async Task Send_AfterAFailedReply_SendsItsPartialText()
    {
        var session = await CreateSessionAsync(_user);
        Model.Hold("fail").Say("half").Fail(new InvalidDataException());
        await _user.Client.SendAsync(HttpMethod.Post, "/chat", new { message = "fail", thread_id = session.Text("id") });
        Model.Hold("nothing").Fail(new InvalidDataException());
        await _user.Client.SendAsync(HttpMethod.Post, "/chat", new { message = "nothing", thread_id = session.Text("id") });
        var call = Model.Hold("again");

        await SendAsync(session.Text("id"), "again", call);

        Assert.That((await call.Asked).Skip(1).Select(m => m.Text), Is.EqualTo(new[] { "fail", "half", "nothing", "again" }), "an empty reply is left out");
    }

    [Test]
    public async Task Send_LongerThanTheContextWindow_OmitsTheOldestAndSaysSo()
    {
        var session = await CreateSessionAsync(_user, null, "oldest " + new string('o', 30_000), "newer");
        Model.ContextWindow = 6000; // the tools take a part of it
        var call = Model.Hold("newest");

        var reply = await SendAsync(session.Text("id"), "newest", call);

        Assert.That((await call.Asked).Skip(1).Select(m => m.Text), Is.EqualTo(new[] { GatedModel.Reply, "newer", GatedModel.Reply, "newest" }));
        Assert.That(MessageDetails.From(reply.Metadata).OmittedMessages, Is.EqualTo(1));
    }

    [Test]
    public async Task Send_MessageLongerThanTheContextWindow_IsSentAnyway()
    {
        var session = await CreateSessionAsync(_user, null, "before");
        Model.ContextWindow = 100;
        var question = new string('q', 5000);
        var call = Model.Hold(question);

        await SendAsync(session.Text("id"), question, call);

        Assert.That((await call.Asked).Skip(1).Select(m => m.Text), Is.EqualTo(new[] { question }));
    }

    private async Task<Domain.Chat.ChatMessage> SendAsync(string thread, string text, ModelCall call)
    {
        call.Say("ok").End();
        var response = await _user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = text, thread_id = thread });
        return await StoredMessageAsync(response.GetProperty("message_id").GetGuid());
    }
}
