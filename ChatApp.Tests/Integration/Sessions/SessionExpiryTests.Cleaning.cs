using System.Net;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Integration.Sessions;

/// <summary>What the clean-up deletes and what it keeps.</summary>
internal sealed partial class SessionExpiryTests
{
    [Test]
    public async Task CleanUp_WhileAReplyIsGenerated_KeepsTheSessionAndTheEndExtendsIt()
    {
        var user = await App.RegisterAsync();
        var session = await CreateTemporaryAsync(user);
        var path = $"/chat/sessions/{session.Text("id")}";
        var call = Model.Hold("slow");
        var sent = await user.Client.SendJsonAsync(HttpMethod.Post, $"{path}/messages", new { content = "slow" }, HttpStatusCode.Created);
        await call.Asked;

        user = await LaterAsync(user, Idle * 2);
        await CleanAsync();

        await user.Client.GetJsonAsync(path);
        await user.Client.ProblemAsync(HttpMethod.Post, $"{path}/messages", new { content = "more" }, HttpStatusCode.Conflict);
        call.Say("at last").End();
        Assert.That((await EndedAsync(sent.GetProperty("reply").Id())).Content, Is.EqualTo("at last"));
        user = await LaterAsync(user, Idle * 0.9);
        await CleanAsync();
        Assert.That((await user.Client.GetJsonAsync($"{path}/messages")).Items("messages"), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task CleanUp_ExpiredSession_DeletesAllButTheLedger()
    {
        var user = await App.RegisterAsync();
        var (session, kept) = (await CreateTemporaryAsync(user, "bye"), await CreateSessionAsync(user, "Kept", "hello"));
        using (var request = new HttpRequestMessage(HttpMethod.Post, $"/chat/sessions/{session.Text("id")}/messages?wait=true") { Content = Api.Raw("""{"content":"with a key"}""") })
        {
            request.Headers.Add("Idempotency-Key", "expiry");
            (await user.Client.SendAsync(request)).EnsureSuccessStatusCode();
        }
        var total = await TotalAsync(user);
        await LaterAsync(user, Idle);
        using var watcher = App.Services.GetRequiredService<ChangeSignals>().Watch(user.Id);

        await CleanAsync();

        await watcher.Changed; // open pages read the list again
        var id = session.Id();
        Assert.That((await ExistsAsync(session), await ExistsAsync(kept)), Is.EqualTo((false, true)));
        Assert.That(await StoredMessagesAsync(id), Is.Empty);
        Assert.That(await App.WithDb(db => db.IdempotencyKeys.CountAsync(k => k.UserId == user.Id)), Is.Zero);
        Assert.That(await App.WithDb(db => db.UsageRecords.CountAsync(r => r.SessionId == id)), Is.EqualTo(2));
        Assert.That(await TotalAsync(user), Is.EqualTo(total).And.Positive);
    }

    [Test]
    public async Task CleanUp_Trash_IsKeptForItsRetentionOnly()
    {
        var user = await App.RegisterAsync();
        var session = await CreateSessionAsync(user, "Old", "hello");
        var path = $"/chat/sessions/{session.Text("id")}";
        await user.Client.SendJsonAsync(HttpMethod.Delete, path);

        user = await LaterAsync(user, Retention * 0.9);
        await CleanAsync();
        await user.Client.SendJsonAsync(HttpMethod.Post, $"{path}/restore");
        await user.Client.SendJsonAsync(HttpMethod.Delete, path);
        user = await LaterAsync(user, Retention * 0.9);
        await CleanAsync();
        Assert.That((await user.Client.GetJsonAsync("/chat/sessions?deleted=true")).Number("count"), Is.EqualTo(1), "its time started again");
        user = await LaterAsync(user, Retention * 0.2);
        await CleanAsync();

        await user.Client.ProblemAsync(HttpMethod.Post, $"{path}/restore", null, HttpStatusCode.NotFound);
        Assert.That(await ExistsAsync(session), Is.False);
        Assert.That(await TotalAsync(user), Is.Positive);
    }

    [Test]
    public async Task CleanUp_DeletedMessageOfALiveSession_StaysRestorable()
    {
        var user = await App.RegisterAsync();
        var session = await CreateSessionAsync(user, "Live", "hello");
        var path = $"/chat/sessions/{session.Text("id")}/messages/{(await StoredMessagesAsync(session.Id()))[0].Id}";
        await user.Client.SendJsonAsync(HttpMethod.Delete, path);

        user = await LaterAsync(user, Retention * 2);
        await CleanAsync();

        await user.Client.SendJsonAsync(HttpMethod.Post, $"{path}/restore");
        Assert.That((await StoredMessagesAsync(session.Id())).Select(m => m.Seq), Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public async Task CleanUp_AbandonedUnlistedSession_IsDeleted()
    {
        var user = await App.RegisterAsync();
        var (session, _) = await App.StoreAsync(user, "Left", "question", "reply");
        await App.WithDb(db => db.Sessions.Where(s => s.Id == session.Id).ExecuteUpdateAsync(
            s => s.SetProperty(x => x.Unlisted, true).SetProperty(x => x.Temporary, true).SetProperty(x => x.ExpiresAt, _clock.GetUtcNow() + Idle)));

        await CleanAsync();
        Assert.That(await App.WithDb(db => db.Sessions.AnyAsync(s => s.Id == session.Id)), Is.True);
        await LaterAsync(user, Idle);
        await CleanAsync();

        Assert.That(await App.WithDb(db => db.Sessions.AnyAsync(s => s.Id == session.Id)), Is.False);
    }

    [Test]
    public async Task CleanUp_ConcurrentlyWhileSessionsAreUsed_DeletesEachExpiredOneOnce()
    {
        const int Expired = 90;
        var user = await App.RegisterAsync();
        await CleanAsync();
        for (var i = 0; i < Expired; i++)
        {
            await CreateTemporaryAsync(user);
        }
        user = await LaterAsync(user, Idle * 0.5);
        var used = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => CreateTemporaryAsync(user)));
        user = await LaterAsync(user, Idle * 0.5);

        var uses = Task.WhenAll(used.Select(s =>
            user.Client.SendJsonAsync(HttpMethod.Post, $"/chat/sessions/{s.Text("id")}/messages?wait=true", new { content = "mine" }, HttpStatusCode.Created)));
        var removed = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => CleanAsync()));
        await uses;

        Assert.That(removed.Sum(), Is.EqualTo(Expired));
        Assert.That((await user.Client.GetJsonAsync("/chat/sessions")).Items("sessions").Select(s => s.Id()), Is.EquivalentTo(used.Select(s => s.Id())));
    }
}
