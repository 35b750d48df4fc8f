using System.Net;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Sessions;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Integration.Sessions;

internal sealed class DefaultSessionTests : ChatFixture
{
    [Test]
    public async Task Open_TheDefaultTwentyTimesAtOnce_CreatesOneSession()
    {
        var user = await App.RegisterAsync();

        var opened = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => App.WithServiceAsync<SessionService, ChatSession>(
            s => s.OpenAsync(user.Id, null, CancellationToken.None))));

        Assert.That(opened.Select(s => s.Id).Distinct(), Has.Exactly(1).Items);
        Assert.That(opened, Has.All.Property("ThreadId").EqualTo($"user-{user.Id}"));
        Assert.That(await App.WithDb(db => db.Sessions.CountAsync(s => s.UserId == user.Id)), Is.EqualTo(1));
    }

    [Test]
    [Repeat(5)]
    public async Task Chat_FirstTwentyMessagesAtOnce_GetRepliesOrConflictInOneSession()
    {
        var user = await App.RegisterAsync();

        var responses = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => user.Client.SendAsync(HttpMethod.Post, "/chat", new { message = $"first {i}" })));

        Assert.That(responses.Select(r => r.StatusCode), Has.All.AnyOf(HttpStatusCode.OK, HttpStatusCode.Conflict));
        var accepted = responses.Count(r => r.StatusCode == HttpStatusCode.OK);
        Assert.That(accepted, Is.Positive);
        var session = await App.WithDb(db => db.Sessions.SingleAsync(s => s.UserId == user.Id));
        var messages = await StoredMessagesAsync(session.Id);
        Assert.That(messages.Select(m => m.Seq), Is.EqualTo(Enumerable.Range(1, accepted * 2)));
        Assert.That(session.MessageCount, Is.EqualTo(accepted * 2));
    }

    [Test]
    public async Task Accept_AfterOthersHaveUsedTheSessionThatTheSameRequestMade_ContinuesIt()
    {
        var user = await App.RegisterAsync();
        await using var scope = App.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<SessionService>().OpenAsync(user.Id, null, CancellationToken.None);
        await user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "faster" });

        var accepted = await scope.ServiceProvider.GetRequiredService<ChatService>()
            .AcceptAsync(user.Id, null, new NewMessage("slower"), CancellationToken.None);

        Assert.That(accepted.Message.Seq, Is.EqualTo(3));
        Assert.That((await EndedAsync(accepted.Reply.Id)).Seq, Is.EqualTo(4));
        Assert.That((await App.WithDb(db => db.Sessions.AsNoTracking().SingleAsync(s => s.UserId == user.Id))).MessageCount, Is.EqualTo(4));
    }

    [Test]
    public async Task History_OfTheUnusedDefault_IsEmptyAndCreatesNothing()
    {
        var user = await App.RegisterAsync();

        foreach (var query in new[] { "", $"?thread_id=user-{user.Id}" })
        {
            var history = await user.Client.GetJsonAsync($"/chat/history{query}");
            Assert.That(history.Items("messages"), Is.Empty);
            Assert.That(history.Text("thread_id"), Is.EqualTo($"user-{user.Id}"));
            Assert.That(history.Number("message_count"), Is.Zero);
            var cleared = await user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/history{query}");
            Assert.That(cleared.Text("thread_id"), Is.EqualTo($"user-{user.Id}"));
        }
        Assert.That(await App.WithDb(db => db.Sessions.AnyAsync(s => s.UserId == user.Id)), Is.False);
    }

    [Test]
    public async Task Open_AnotherUsersDefault_Is404()
    {
        var (user, stranger) = (await App.RegisterAsync(), await App.RegisterAsync());

        await stranger.Client.ProblemAsync(HttpMethod.Post, "/chat", new { message = "hello", thread_id = $"user-{user.Id}" }, HttpStatusCode.NotFound);

        Assert.That(await App.WithDb(db => db.Sessions.AnyAsync(s => s.UserId == user.Id || s.UserId == stranger.Id)), Is.False);
    }

    [Test]
    public async Task ThreadId_OfTwoUsers_IsUniquePerUser()
    {
        var (user, other) = (await App.RegisterAsync(), await App.RegisterAsync());
        Task<ChatSession> Create(TestUser owner) => App.WithServiceAsync<SessionService, ChatSession>(
            s => s.CreateAsync(owner.Id, new NewSession { ThreadId = "shared-name" }, CancellationToken.None));

        var (mine, theirs) = (await Create(user), await Create(other));

        Assert.That(mine.Id, Is.Not.EqualTo(theirs.Id));
        Assert.That(async () => await Create(user), Throws.TypeOf<ChatApp.Domain.Errors.ConflictException>());
        Assert.That((await user.Client.GetJsonAsync("/chat/sessions/shared-name")).Id(), Is.EqualTo(mine.Id));
        Assert.That((await other.Client.GetJsonAsync("/chat/sessions/shared-name")).Id(), Is.EqualTo(theirs.Id));
    }
}
