using System.Net;
using System.Text.Json;
using ChatApp.Domain.Sessions;
using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Integration.Sessions;

/// <summary>The expiry of temporary sessions and of the trash.</summary>
internal sealed partial class SessionExpiryTests : ChatFixture
{
    private static readonly TimeSpan Idle = new SessionSettings().TemporaryIdleTimeout;
    private static readonly TimeSpan Retention = new SessionSettings().TrashRetention;

    private readonly TestClock _clock = new();

    protected override void Adjust(WebApplicationBuilder builder)
    {
        base.Adjust(builder);
        builder.Services.AddSingleton<TimeProvider>(_clock);
    }

    [Test]
    public async Task Read_ExpiredSession_IsNotFoundEvenBeforeCleanUp()
    {
        var user = await App.RegisterAsync();
        var session = await CreateTemporaryAsync(user, "zebra");
        var path = $"/chat/sessions/{session.Text("id")}";
        var message = (await StoredMessagesAsync(session.Id()))[1].Id;
        Assert.That((await user.Client.GetJsonAsync("/search?query=zebra")).Number("count"), Is.EqualTo(1), "the premise");

        user = await LaterAsync(user, Idle);

        foreach (var gone in new[] { path, $"{path}/messages", $"/search/{session.Text("id")}?query=zebra", $"/api/session/{session.Text("id")}/history",
            $"/analytics/{session.Text("id")}", $"/export/{session.Text("id")}/json", $"/chat/messages/{message}/stream", $"/chat/history?thread_id={session.Text("thread_id")}" })
        {
            await user.Client.ProblemAsync(HttpMethod.Get, gone, null, HttpStatusCode.NotFound);
        }
        await user.Client.ProblemAsync(HttpMethod.Post, $"{path}/messages", new { content = "too late" }, HttpStatusCode.NotFound);
        await user.Client.ProblemAsync(HttpMethod.Put, path, new { title = "too late" }, HttpStatusCode.NotFound);
        await user.Client.ProblemAsync(HttpMethod.Delete, path, null, HttpStatusCode.NotFound);
        foreach (var list in new[] { "/chat/sessions", "/chat/sessions?deleted=true", "/api/sessions", "/search?query=zebra" })
        {
            Assert.That((await user.Client.GetJsonAsync(list)).Number("count"), Is.Zero, list);
        }
        Assert.That(await ExistsAsync(session), Is.True, "no clean-up has run yet");
    }

    [TestCase("POST", "/messages?wait=true", """{"content":"hello"}""")]
    [TestCase("PUT", "", """{"pinned":true}""")]
    [TestCase("SYSTEM", "", "")]
    [TestCase("DELETE", "/messages/{id}", "")]
    public async Task Use_BeforeExpiry_ExtendsIt(string method, string path, string body)
    {
        var user = await App.RegisterAsync();
        var session = await CreateTemporaryAsync(user, "first");
        path = $"/chat/sessions/{session.Text("id")}{path.Replace("{id}", (await StoredMessagesAsync(session.Id()))[0].Id.ToString(), StringComparison.Ordinal)}";

        user = await LaterAsync(user, Idle * 0.9);
        using var used = method == "SYSTEM"
            ? await user.Client.SendAsync(HttpMethod.Post, "/api/system", new { message = "be brief", session_id = session.Text("id") })
            : await user.Client.SendAsync(new HttpMethod(method), path, body.Length > 0 ? Api.Raw(body) : null);
        Assert.That(used.IsSuccessStatusCode, Is.True);
        user = await LaterAsync(user, Idle * 0.9);
        await CleanAsync();

        await user.Client.GetJsonAsync($"/chat/sessions/{session.Text("id")}");
        await LaterAsync(user, Idle * 0.2);
        await CleanAsync();
        Assert.That(await ExistsAsync(session), Is.False);
    }

    [Test]
    public async Task Read_BeforeExpiry_DoesNotExtendIt()
    {
        var user = await App.RegisterAsync();
        var session = await CreateTemporaryAsync(user);

        user = await LaterAsync(user, Idle * 0.9);
        await user.Client.GetJsonAsync($"/chat/sessions/{session.Text("id")}");
        user = await LaterAsync(user, Idle * 0.2);

        await user.Client.ProblemAsync(HttpMethod.Get, $"/chat/sessions/{session.Text("id")}", null, HttpStatusCode.NotFound);
    }

    [Test]
    public async Task ThreadKey_OfAnExpiredSession_IsFreeAgain()
    {
        var user = await App.RegisterAsync();
        var session = await CreateTemporaryAsync(user, "old");

        user = await LaterAsync(user, Idle);
        await user.Client.SendJsonAsync(HttpMethod.Post, "/api/system", new { message = "new", session_id = session.Text("thread_id") });

        var messages = (await user.Client.GetJsonAsync($"/chat/sessions/{session.Text("thread_id")}/messages")).Items("messages");
        Assert.That(messages.Select(m => m.Text("content")), Is.EqualTo(new[] { "new" }));
    }

    [TestCase("Sessions:CleanupInterval", "00:00:00")]
    [TestCase("Sessions:CleanupInterval", "2.00:00:00")]
    [TestCase("Sessions:TrashRetention", "-1.00:00:00")]
    [TestCase("Sessions:TrashRetention", "10675199.00:00:00")]
    [TestCase("Sessions:TemporaryIdleTimeout", "00:00:00")]
    public void Start_InvalidTimeout_IsRejected(string key, string value) =>
        Assert.That(() => TestApp.StartAsync(new() { [key] = value }, App.ConnectionString), Throws.Exception.With.Message.Contains("Sessions"));

    private static async Task<JsonElement> CreateTemporaryAsync(TestUser user, string? message = null)
    {
        var session = await user.Client.SendJsonAsync(HttpMethod.Post, "/chat/sessions", new { temporary = true }, HttpStatusCode.Created);
        if (message is not null)
        {
            await user.Client.SendJsonAsync(HttpMethod.Post, $"/chat/sessions/{session.Text("id")}/messages?wait=true", new { content = message }, HttpStatusCode.Created);
        }
        return session;
    }

    // Access tokens expire after an hour, too.
    private Task<TestUser> LaterAsync(TestUser user, TimeSpan time)
    {
        _clock.Advance(time);
        return App.LogInAsync(user.Name, TestUser.Password);
    }

    private Task<int> CleanAsync() => App.WithServiceAsync((SessionCleanup cleanup) => cleanup.RunAsync(CancellationToken.None));

    private Task<bool> ExistsAsync(JsonElement session)
    {
        var id = session.Id();
        return App.WithDb(db => db.Sessions.AnyAsync(s => s.Id == id));
    }

    private Task<long> TotalAsync(TestUser user) => App.WithDb(async db => (await db.UserUsage.FindAsync(user.Id))!.TotalTokens);
}
