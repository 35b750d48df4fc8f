using System.Net;
using System.Text.Json;
using ChatApp.Domain.Idempotency;
using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Integration.Replies;

/// <summary>A request that a client repeats with the same key has its effect once.</summary>
internal sealed class IdempotencyTests : ChatFixture
{
    private readonly TestClock _clock = new();
    private TestUser _user = null!;

    [OneTimeSetUp]
    public async Task Register() => _user = await App.RegisterAsync();

    protected override void Adjust(WebApplicationBuilder builder)
    {
        base.Adjust(builder);
        builder.Services.AddSingleton<TimeProvider>(_clock);
    }

    [Test]
    public async Task Send_TwiceWithTheSameKey_StoresOneAndReturnsTheFirstResult()
    {
        var session = await CreateSessionAsync(_user);

        var first = await SendAsync(session, "once", "key-1");
        var second = await SendAsync(session, "once", "key-1");

        Assert.That(first.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(second.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        var (one, two) = (await first.JsonAsync(), await second.JsonAsync());
        Assert.That(two.Text("id"), Is.EqualTo(one.Text("id")));
        Assert.That(two.GetProperty("reply").Text("id"), Is.EqualTo(one.GetProperty("reply").Text("id")));
        Assert.That(await StoredMessagesAsync(session.Id()), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Send_TwentyAtOnceWithTheSameKey_StoresOneAndAllGetIt()
    {
        var session = await CreateSessionAsync(_user);
        var call = Model.Hold("together");

        var responses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => SendAsync(session, "together", "key-2")));

        Assert.That(responses.Select(r => r.StatusCode), Is.All.EqualTo(HttpStatusCode.Created));
        var ids = await Task.WhenAll(responses.Select(async r => (await r.JsonAsync()).Text("id")));
        Assert.That(ids.Distinct().Count(), Is.EqualTo(1));
        Assert.That(await StoredMessagesAsync(session.Id()), Has.Count.EqualTo(2));
        call.End();
    }

    [Test]
    public async Task CreateSession_TwentyAtOnceWithTheSameKey_CreatesOne()
    {
        var user = await App.RegisterAsync();

        var responses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => PostAsync(user, "/chat/sessions", new { title = "One" }, "session-1")));

        Assert.That(responses.Select(r => r.StatusCode), Is.All.EqualTo(HttpStatusCode.Created));
        var ids = await Task.WhenAll(responses.Select(async r => (await r.JsonAsync()).Text("id")));
        Assert.That(ids.Distinct().Count(), Is.EqualTo(1));
        Assert.That((await user.Client.GetJsonAsync("/chat/sessions")).Number("count"), Is.EqualTo(1));
        await (await PostAsync(user, "/chat/sessions", new { title = "Another" }, "session-1")).ProblemAsync(HttpStatusCode.Conflict);
    }

    [TestCase("/api/chat", 2)]
    [TestCase("/api/system", 1)]
    public async Task LiveState_TwiceWithTheSameKeyAndNoSession_HappensOnce(string path, int messages)
    {
        var user = await App.RegisterAsync();

        var first = await (await PostAsync(user, path, new { message = "Once" }, "live-1")).JsonAsync();
        var second = await (await PostAsync(user, path, new { message = "Once" }, "live-1")).JsonAsync();

        Assert.That(second.Text("session_id"), Is.EqualTo(first.Text("session_id")));
        var list = await user.Client.GetJsonAsync("/chat/sessions");
        Assert.That(list.Number("count"), Is.EqualTo(1));
        Assert.That(list.GetProperty("sessions")[0].Number("message_count"), Is.EqualTo(messages));
    }

    [Test]
    public async Task CreateApiKey_TenAtOnceWithTheSameKey_CreatesOneAndShowsItsSecretOnce()
    {
        var user = await App.RegisterAsync();
        var body = new { name = "program", scopes = new[] { "read" }, expires_in_days = 30 };

        var responses = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => PostAsync(user, "/users/me/api-keys", body, "api-key-1")));
        _clock.Advance(TimeSpan.FromMinutes(1));
        var late = await PostAsync(user, "/users/me/api-keys", body, "api-key-1");

        Assert.That(responses.Append(late).Select(r => r.StatusCode), Is.All.EqualTo(HttpStatusCode.Created));
        var made = await Task.WhenAll(responses.Append(late).Select(r => r.JsonAsync()));
        Assert.That(made.Select(m => m.GetProperty("key").ToString()).Distinct().Count(), Is.EqualTo(1));
        Assert.That(made.Count(m => m.Text("secret") is not null), Is.EqualTo(1));
        Assert.That((await user.Client.GetJsonAsync("/users/me/api-keys")).Number("count"), Is.EqualTo(1));
        await (await PostAsync(user, "/users/me/api-keys", body with { name = "another" }, "api-key-1")).ProblemAsync(HttpStatusCode.Conflict);
        await user.Client.SendJsonAsync(HttpMethod.Delete, $"/users/me/api-keys/{made[0].GetProperty("key").Text("id")}", null, HttpStatusCode.NoContent);
        await (await PostAsync(user, "/users/me/api-keys", body, "api-key-1")).ProblemAsync(HttpStatusCode.NotFound);
    }

    [TestCase("continue", 2)]
    [TestCase("retry", 3)]
    public async Task RetryOrContinue_TenAtOnceWithTheSameKey_StartsOneReply(string verb, int stored)
    {
        var (question, user) = ($"unfinished, {verb}", await App.RegisterAsync());
        var session = await CreateSessionAsync(user);
        var call = Model.Hold(question);
        var sent = await (await SendAsync(session, question, "first", user)).JsonAsync();
        await call.Asked;
        call.Say("Half");
        await user.Client.SendJsonAsync(HttpMethod.Post, "/api/interrupt", new { session_id = session.Text("id") });
        var path = $"/chat/messages/{sent.GetProperty("reply").Text("id")}/{verb}";

        var responses = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => PostAsync(user, path, new { }, "go-on")));

        Assert.That(responses.Select(r => r.StatusCode), Is.All.EqualTo(HttpStatusCode.OK));
        var ids = (await Task.WhenAll(responses.Select(async r => (await r.JsonAsync()).Id()))).Distinct().ToList();
        Assert.That(ids, Has.Count.EqualTo(1));
        await EndedAsync(ids[0]);
        Assert.That((await (await PostAsync(user, path, new { }, "go-on")).JsonAsync()).Text("status"), Is.EqualTo("complete"));
        Assert.That(await StoredMessagesAsync(session.Id()), Has.Count.EqualTo(stored));
        await (await PostAsync(user, $"{path}?model={GatedModel.Name}", new { }, verb == "retry" ? "go-on" : "first")).ProblemAsync(HttpStatusCode.Conflict);
    }

    [Test]
    public async Task Send_SameKeyForAnotherMessage_IsAConflict()
    {
        var session = await CreateSessionAsync(_user);
        await SendAsync(session, "this", "key-3");

        var response = await SendAsync(session, "that", "key-3");

        await response.ProblemAsync(HttpStatusCode.Conflict);
        Assert.That(await StoredMessagesAsync(session.Id()), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Send_SameKeyOfAnotherUser_IsANewMessage()
    {
        var other = await App.RegisterAsync();
        var (mine, theirs) = (await CreateSessionAsync(_user), await CreateSessionAsync(other));

        var first = await SendAsync(mine, "hello", "key-4");
        var second = await SendAsync(theirs, "hello", "key-4", other);

        Assert.That((await second.JsonAsync()).Text("id"), Is.Not.EqualTo((await first.JsonAsync()).Text("id")));
    }

    [Test]
    public async Task Send_KeyOlderThanADay_IsANewMessage()
    {
        var user = await App.RegisterAsync();
        var session = await CreateSessionAsync(user);
        var first = await (await SendAsync(session, "again", "key-5", user)).JsonAsync();
        await EndedAsync(first.GetProperty("reply").GetProperty("id").GetGuid());
        await App.WithDb(db => db.IdempotencyKeys.Where(k => k.Key == "key-5")
            .ExecuteUpdateAsync(k => k.SetProperty(x => x.CreatedAt, x => x.CreatedAt - IdempotencyKey.Lifetime)));

        var second = await SendAsync(session, "again", "key-5", user);

        Assert.That((await second.JsonAsync()).Text("id"), Is.Not.EqualTo(first.Text("id")));
        Assert.That(await StoredMessagesAsync(session.Id()), Has.Count.EqualTo(4));
    }

    [TestCase("")]
    [TestCase(129)]
    public async Task Send_UnusableKey_IsInvalid(object key)
    {
        var session = await CreateSessionAsync(_user);

        var response = await SendAsync(session, "x", key is int length ? new string('k', length) : (string)key);

        await response.ProblemAsync(HttpStatusCode.BadRequest);
    }

    private Task<HttpResponseMessage> SendAsync(JsonElement session, string content, string key, TestUser? user = null) =>
        PostAsync(user ?? _user, $"/chat/sessions/{session.Text("id")}/messages", new { content }, key);

    private static async Task<HttpResponseMessage> PostAsync(TestUser user, string path, object body, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Api.Raw(JsonSerializer.Serialize(body)) };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await user.Client.SendAsync(request);
    }
}
