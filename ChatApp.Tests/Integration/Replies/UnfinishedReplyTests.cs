using System.Net;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Generation;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Integration.Replies;

/// <summary>Continuing and retrying replies that were stopped or have failed.</summary>
internal sealed class UnfinishedReplyTests : TwoInstances
{
    [Test]
    public async Task Continue_InterruptedReply_GrowsInItsPlaceAndIsChargedTwice()
    {
        var (session, reply, _) = await BeginAsync("to be continued", "One, two");
        await User.Client.SendJsonAsync(HttpMethod.Post, "/api/interrupt", new { session_id = session.Text("id") });
        var stopped = await StoredMessageAsync(Guid.Parse(reply));
        var call = Model.Hold(PromptBuilder.ContinuePrompt);

        var growing = await User.Client.SendJsonAsync(HttpMethod.Post, $"/chat/messages/{reply}/continue");
        await call.Asked;
        call.Say(", three").Report(4, 2).End();

        Assert.That((growing.Text("id"), growing.Text("status")), Is.EqualTo((reply, "generating")));
        var ended = await EndedAsync(Guid.Parse(reply));
        Assert.That((ended.Status, ended.Content), Is.EqualTo((MessageStatus.Complete, "One, two, three")));
        Assert.That(ended.CompletionTokens, Is.EqualTo(stopped.CompletionTokens + 2));
        Assert.That((await call.Asked)[^2].Text, Is.EqualTo("One, two"));
        await AssertSoundAsync();
    }

    [Test]
    public async Task Retry_InterruptedReply_GeneratesANewOneAndKeepsTheOldRestorable()
    {
        var (session, reply, _) = await BeginAsync("try again", "Wrong");
        await User.Client.SendJsonAsync(HttpMethod.Post, "/api/interrupt", new { session_id = session.Text("id") });

        var retried = await User.Client.SendJsonAsync(HttpMethod.Post, $"/chat/messages/{reply}/retry");

        var ended = await EndedAsync(retried.Id());
        Assert.That((ended.Status, ended.Content, ended.Seq), Is.EqualTo((MessageStatus.Complete, GatedModel.Reply, 3L)));
        Assert.That((await StoredMessageAsync(Guid.Parse(reply))).DeletedAt, Is.Not.Null);
        Assert.That((await StoredSessionAsync(session)).MessageCount, Is.EqualTo(2));
        await User.Client.SendJsonAsync(HttpMethod.Post, $"/chat/sessions/{session.Text("id")}/messages/{reply}/restore");
        await AssertSoundAsync();
    }

    [TestCase("continue")]
    [TestCase("retry")]
    public async Task RetryOrContinue_FinishedOrForeignReply_IsRejected(string verb)
    {
        var session = await CreateSessionAsync(User, null, "finished");
        var reply = (await StoredMessagesAsync(session.Id()))[1].Id;
        var stranger = await App.RegisterAsync();

        await User.Client.ProblemAsync(HttpMethod.Post, $"/chat/messages/{reply}/{verb}", null, HttpStatusCode.Conflict);
        await stranger.Client.ProblemAsync(HttpMethod.Post, $"/chat/messages/{reply}/{verb}", null, HttpStatusCode.NotFound);
        await User.Client.ProblemAsync(HttpMethod.Post, $"/chat/messages/nonsense/{verb}", null, HttpStatusCode.NotFound);
    }
}
