using System.Net;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Generation;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Integration.Replies;

/// <summary>It makes no difference which instance writes a reply and which one a subscriber is connected to.</summary>
internal sealed class TwoInstancesTests : TwoInstances
{
    [Test]
    public async Task Resume_OnAnotherInstance_ReceivesEveryTokenOnceAndTheEnd()
    {
        var (_, reply, call) = await BeginAsync("follow", "Growing ");
        using var client = Elsewhere();
        using var stream = await EventStream.ResumeAsync(client, reply);
        Assert.That((await stream.NextAsync())!.Type, Is.EqualTo("start"));
        Assert.That((await stream.NextAsync())!.Data.Text("content"), Is.EqualTo("Growing "));

        call.Say("😀 on").Report(7, 3).End();

        var rest = await stream.RestAsync();
        Assert.That(rest.Tokens(), Is.EqualTo("😀 on"));
        Assert.That(rest[^1].Type, Is.EqualTo("done"));
        Assert.That(rest[^1].Data.GetProperty("usage").Number("total_tokens"), Is.EqualTo(10));
        await AssertSoundAsync();
    }

    [Test]
    public async Task Resume_OnAnotherInstanceOfAReplyThatIsDeletedPermanently_Ends()
    {
        var (session, reply, call) = await BeginAsync("deleted", "Growing");
        using var client = Elsewhere();
        using var stream = await EventStream.ResumeAsync(client, reply);
        var id = session.Id();

        await App.WithDb(db => db.Sessions.Where(s => s.UserId == User.Id && s.Id == id).ExecuteDeleteAsync());

        Assert.That((await stream.RestAsync())[^1].Type, Is.EqualTo("done"));
        call.End();
    }

    [Test]
    public async Task Interrupt_OnAnotherInstance_StopsAHangingReplyAndKeepsItsText()
    {
        var (session, reply, _) = await BeginAsync("hang", "As far as");
        await Eventually.TrueAsync(async () => (await StoredMessageAsync(Guid.Parse(reply))).InstanceId is not null, "it is being generated");
        using var client = Elsewhere();

        var state = await client.SendJsonAsync(HttpMethod.Post, "/api/interrupt", new { session_id = session.Text("id") });

        Assert.That(state.GetProperty("is_processing").GetBoolean(), Is.False);
        var stored = await StoredMessageAsync(Guid.Parse(reply));
        Assert.That((stored.Status, stored.Content), Is.EqualTo((MessageStatus.Interrupted, "As far as")));
        await AssertSoundAsync();
    }

    [Test]
    public async Task Send_OnBothInstancesAtOnce_AcceptsOneInASession()
    {
        var session = await CreateSessionAsync(User);
        var call = Model.Hold("race");
        using var client = Elsewhere();
        var path = $"/chat/sessions/{session.Text("id")}/messages";

        var responses = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? User.Client : client).SendAsync(HttpMethod.Post, path, new { content = "race" })));

        // The other instance's model replies at once, so one reply may have ended before the next message arrived.
        var accepted = responses.Count(r => r.StatusCode == HttpStatusCode.Created);
        Assert.That(responses.Count(r => r.StatusCode == HttpStatusCode.Conflict), Is.EqualTo(20 - accepted));
        Assert.That(accepted, Is.GreaterThan(0));
        call.End();
        await Eventually.TrueAsync(async () => (await StoredMessagesAsync(session.Id())).TrueForAll(m => m.Status != MessageStatus.Generating), "all have ended");
        Assert.That(await StoredMessagesAsync(session.Id()), Has.Count.EqualTo(2 * accepted));
        await AssertSoundAsync();
    }

    [Test]
    public async Task Recovery_ReplyOfADeadInstance_IsClosedWithItsJournalledText()
    {
        var session = await CreateSessionAsync(User, null, "before");
        var dead = await LeaveBehindAsync(session.Id(), "left", " behind");

        var reply = await EndedAsync(dead);

        Assert.That((reply.Status, reply.Content), Is.EqualTo((MessageStatus.Interrupted, "left behind")));
        Assert.That(reply.CompletionTokens, Is.EqualTo(TokenEstimator.Count("left behind")));
        Assert.That(await App.WithDb(db => db.UsageRecords.CountAsync(r => r.MessageId == dead)), Is.EqualTo(1));
        Assert.That(await App.WithDb(db => db.ReplyDeltas.AnyAsync(d => d.MessageId == dead)), Is.False);
        await User.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "and on", thread_id = session.Text("id") });
        await AssertSoundAsync();
    }

    [Test]
    public async Task Journal_GrowingReply_HasRowsUntilItsEnd()
    {
        var (_, reply, call) = await BeginAsync("journal", "Written down");
        var id = Guid.Parse(reply);
        await Eventually.TrueAsync(() => App.WithDb(db => db.ReplyDeltas.AnyAsync(d => d.MessageId == id && d.Content == "Written down")), "the text is journalled");

        call.End();

        await EndedAsync(id);
        Assert.That(await App.WithDb(db => db.ReplyDeltas.AnyAsync(d => d.MessageId == id)), Is.False);
    }

    [Test]
    public async Task FindDead_LivingAndUnknownInstances_NamesTheUnknown()
    {
        var (here, there) = (App.Services.GetRequiredService<IInstances>(), Other.Services.GetRequiredService<IInstances>());

        var dead = await here.FindDeadAsync([here.Id, there.Id, 42], CancellationToken.None);

        Assert.That(dead, Is.EquivalentTo(new long[] { 42 }));
    }

    // The rows that a killed process leaves behind.
    private Task<Guid> LeaveBehindAsync(Guid sessionId, params string[] pieces) => App.WithDb(async db =>
    {
        var now = DateTimeOffset.UnixEpoch;
        var session = await db.Sessions.SingleAsync(s => s.Id == sessionId);
        var reply = session.Append(MessageRole.Assistant, "", now, Guid.CreateVersion7());
        (reply.Status, reply.Model, reply.InstanceId) = (MessageStatus.Generating, GatedModel.Name, 4711);
        db.Messages.Add(reply);
        var position = 0;
        foreach (var piece in pieces)
        {
            db.ReplyDeltas.Add(new ReplyDelta { MessageId = reply.Id, UserId = session.UserId, Position = position, Content = piece });
            position += piece.Length;
        }
        await db.SaveChangesAsync();
        return reply.Id;
    });
}
