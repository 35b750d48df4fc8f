using System.Net;
using ChatApp.Data.Security;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Faults;

/// <summary>A clock that jumps forwards and back.</summary>
[TestFixture(1)]
[TestFixture(-1)]
[TestFixture(24)]
[TestFixture(-24)]
internal sealed class ClockJumpTests(int hours) : ChatFixture
{
    private readonly TestClock _clock = new();
    private readonly TimeSpan _jump = TimeSpan.FromHours(hours);

    protected override void Adjust(WebApplicationBuilder builder)
    {
        base.Adjust(builder);
        builder.Services.AddSingleton<TimeProvider>(_clock);
    }

    [Test]
    public async Task Jump_WhileAReplyIsGenerated_LeavesItsOrderAndItsEnd()
    {
        var user = await App.RegisterAsync();
        var session = await CreateSessionAsync(user, null, "one");
        var call = Model.Hold("two");
        using var stream = await EventStream.PostAsync(user.Client, new { message = "two", thread_id = session.Text("id") });
        call.Say("Half");
        await stream.NextAsync();
        Assert.That((await stream.NextAsync())!.Data.Text("content"), Is.EqualTo("Half"));

        _clock.Advance(_jump);
        call.Say(" and half").End();

        Assert.That((await stream.RestAsync())[^1].Type, Is.EqualTo("done"));
        user = await App.LogInAsync(user.Name, TestUser.Password); // the token may have expired
        await SendAsync(user, session.Text("id"), "three");
        _clock.Advance(-_jump);
        user = await App.LogInAsync(user.Name, TestUser.Password);
        await SendAsync(user, session.Text("id"), "four");
        var history = (await user.Client.GetJsonAsync($"/chat/sessions/{session.Text("id")}/messages")).Items("messages");
        Assert.That(history.Select(m => m.Text("content")), Is.EqualTo(
            new[] { "one", GatedModel.Reply, "two", "Half and half", "three", GatedModel.Reply, "four", GatedModel.Reply }));
        Assert.That(history.Select(m => m.Text("status")), Is.All.EqualTo("complete"));
        Assert.That(await App.WithDb(db => db.UsageRecords.Where(r => r.UserId == user.Id).Select(r => r.DurationMilliseconds).ToListAsync()), Is.All.InRange(0, 60_000));
    }

    [Test]
    public async Task Jump_WithARunningReplyElsewhere_DeclaresNoInstanceDead()
    {
        var user = await App.RegisterAsync();
        var call = Model.Hold("long");
        using var stream = await EventStream.PostAsync(user.Client, new { message = "long" });
        await using var other = await TestApp.StartAsync(connectionString: App.ConnectionString, adjust: Adjust);

        _clock.Advance(_jump);
        for (var i = 0; i < 10; i++) // more ticks than an instance may be missing
        {
            await other.Services.GetRequiredService<ReplyRecovery>().TickAsync(CancellationToken.None);
        }
        _clock.Advance(-_jump);
        call.Say("Done").End();

        Assert.That((await stream.RestAsync())[^1].Data.Text("status"), Is.EqualTo("complete"));
    }

    [Test]
    public async Task Jump_AfterFailedSignIns_LocksNobodyOutForLong()
    {
        var user = await App.RegisterAsync();
        using var client = App.Anonymous();
        _clock.Advance(_jump);
        for (var i = 0; i < 5; i++)
        {
            await client.ProblemAsync(HttpMethod.Post, "/auths/login", TestApp.Form(user.Name, "wrong horse 8"), HttpStatusCode.Unauthorized);
        }
        await client.ProblemAsync(HttpMethod.Post, "/auths/login", TestApp.Form(user.Name, TestUser.Password), HttpStatusCode.TooManyRequests);

        _clock.Advance(-_jump);
        _clock.Advance(AttemptLimiter.LongestDelay);

        await client.SendJsonAsync(HttpMethod.Post, "/auths/login", TestApp.Form(user.Name, TestUser.Password));
        _clock.Advance(-AttemptLimiter.LongestDelay);
    }

    [Test]
    public async Task Jump_BetweenASendAndItsRepetition_StoresOnce()
    {
        var user = await App.RegisterAsync();
        var session = await CreateSessionAsync(user);
        user.Client.DefaultRequestHeaders.Add("Idempotency-Key", "key");
        var first = await SendAsync(user, session.Text("id"), "once");
        _clock.Advance(_jump);
        user = await App.LogInAsync(user.Name, TestUser.Password);
        user.Client.DefaultRequestHeaders.Add("Idempotency-Key", "key");
        var second = await SendAsync(user, session.Text("id"), "once");
        _clock.Advance(-_jump);

        var isForgotten = _jump >= Domain.Idempotency.IdempotencyKey.Lifetime;
        Assert.That(second, isForgotten ? Is.Not.EqualTo(first) : Is.EqualTo(first));
        Assert.That(await StoredMessagesAsync(session.Id()), Has.Count.EqualTo(isForgotten ? 4 : 2));
    }

    [Test]
    public async Task Jump_WithATemporarySession_LivesAnHourFromItsLastUse()
    {
        var user = await App.RegisterAsync();
        foreach (var jump in new[] { _jump, -_jump })
        {
            var session = await user.Client.SendJsonAsync(HttpMethod.Post, "/chat/sessions", new { temporary = true }, HttpStatusCode.Created);
            var path = $"/chat/sessions/{session.Text("id")}";
            _clock.Advance(jump);
            user = await App.LogInAsync(user.Name, TestUser.Password);
            if (jump > TimeSpan.Zero)
            {
                await user.Client.ProblemAsync(HttpMethod.Get, path, null, HttpStatusCode.NotFound); // a jump forward counts as an idle hour
                continue;
            }
            await SendAsync(user, session.Text("id"), "still here");
            var expires = (await user.Client.GetJsonAsync(path)).GetProperty("expires_at").GetDateTimeOffset();
            Assert.That(expires - _clock.GetUtcNow(), Is.InRange(TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(60)));
        }
    }

    [Test]
    public async Task Jump_AndBack_LeavesSignInsAsTheyWere()
    {
        var user = await App.RegisterAsync();
        _clock.Advance(_jump);
        var then = await App.LogInAsync(user.Name, TestUser.Password);
        _clock.Advance(-_jump);

        await user.Client.GetJsonAsync("/users/me");
        var refreshed = await user.Client.SendJsonAsync(HttpMethod.Post, "/auths/refresh", new { refresh_token = then.RefreshToken });
        using var client = App.WithToken(refreshed.Text("access_token"));
        await client.GetJsonAsync("/users/me");
    }

    private static async Task<string> SendAsync(TestUser user, string session, string text) =>
        (await user.Client.SendJsonAsync(HttpMethod.Post, $"/chat/sessions/{session}/messages?wait=true", new { content = text }, HttpStatusCode.Created)).Text("id");
}
