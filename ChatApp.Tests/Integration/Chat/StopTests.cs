using ChatApp.Domain.Chat;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Integration.Chat;

/// <summary>How replies end when the app stops or the model takes too long. Each test has its own app.</summary>
internal sealed class StopTests
{
    [Test]
    public async Task Stop_WhileRepliesAreGenerated_InterruptsThemWithTheirTextAndNotifiesSubscribers()
    {
        var model = new GatedModel();
        var database = await TestPostgres.CopyAsync();
        await using (var app = await TestApp.StartAsync(connectionString: database, adjust: b => model.AddTo(b.Services)))
        {
            var user = await app.RegisterAsync();
            model.Hold("question").Say("Half an ans");
            var silent = model.Hold("silent");
            using var stream = await EventStream.PostAsync(user.Client, new { message = "question" });
            var reply = (await stream.NextAsync())!.Data.GetProperty("message_id").GetGuid();
            await stream.NextAsync();
            var session = await user.Client.SendJsonAsync(HttpMethod.Post, "/chat/sessions", new { }, System.Net.HttpStatusCode.Created);
            var waiting = user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "silent", thread_id = session.Text("id") });
            await silent.Asked;

            var stopping = app.StopAsync();
            var last = (await stream.RestAsync())[^1];
            var response = await waiting;
            await stopping;

            using (Assert.EnterMultipleScope())
            {
                Assert.That((last.Type, last.Data.Text("status")), Is.EqualTo(("done", "interrupted")));
                Assert.That(response.Text("response"), Is.Empty);
            }
            await using var next = await TestApp.StartAsync(connectionString: database, adjust: b => model.AddTo(b.Services));
            var stored = await next.WithDb(db => db.Messages.AsNoTracking().Where(m => m.Role == MessageRole.Assistant).OrderBy(m => m.Id).ToListAsync());
            Assert.That(stored.Select(m => (m.Status, m.Content)), Is.EqualTo(new[] { (MessageStatus.Interrupted, "Half an ans"), (MessageStatus.Interrupted, "") }));
            Assert.That(stored[0].Id, Is.EqualTo(reply));
            using var client = next.WithToken(user.AccessToken);
            var again = await client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "go on" });
            Assert.That(again.Text("response"), Is.EqualTo(GatedModel.Reply));
        }
        await TestPostgres.DropAsync(database);
    }

    [Test]
    public async Task Reply_TakesTooLong_FailsWithItsText()
    {
        var model = new GatedModel();
        await using var app = await TestApp.StartAsync(new() { ["Chat:ReplyTimeout"] = "00:00:01" }, adjust: b => model.AddTo(b.Services));
        var user = await app.RegisterAsync();
        var call = model.Hold("slow").Say("So f");
        using var stream = await EventStream.PostAsync(user.Client, new { message = "slow" });

        var events = await stream.RestAsync();
        await call.Left;

        var stored = await app.WithDb(db => db.Messages.SingleAsync(m => m.Role == MessageRole.Assistant));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(events[^1].Type, Is.EqualTo("error"));
            Assert.That(events[^1].Data.Text("code"), Is.EqualTo("timeout"));
            Assert.That((stored.Status, stored.Content), Is.EqualTo((MessageStatus.Failed, "So f")));
        }
    }
}
