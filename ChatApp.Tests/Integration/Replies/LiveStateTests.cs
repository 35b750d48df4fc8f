using System.Net;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Integration.Replies;

/// <summary>The live state of a session, for clients that mirror it.</summary>
internal sealed class LiveStateTests : TwoInstances
{
    [Test]
    public async Task Chat_WithoutASession_CreatesOneAndRepliesAtOnce()
    {
        var call = Model.Hold("at once");

        var state = await User.Client.SendJsonAsync(HttpMethod.Post, "/api/chat", new { message = "at once" });

        Assert.That(state.GetProperty("is_processing").GetBoolean(), Is.True);
        Assert.That(state.Items("messages").Select(m => (m.Text("sender"), m.GetProperty("is_streaming").GetBoolean())), Is.EqualTo(new[] { ("user", false), ("agent", true) }));
        Assert.That(state.Text("session_id"), Does.StartWith("thread-"));
        call.End();
    }

    [Test]
    public async Task State_UnknownNameRequestedConcurrently_IsCreatedOnce()
    {
        var states = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => User.Client.GetJsonAsync("/api/state?session_id=my%20room")));

        Assert.That(states.Select(s => s.Text("session_id")), Is.All.EqualTo("my room"));
        var listed = await User.Client.GetJsonAsync("/chat/sessions?limit=200");
        Assert.That(listed.Items("sessions").Count(s => s.Text("thread_id") == "my room"), Is.EqualTo(1));
    }

    [Test]
    public async Task State_InvalidName_IsRejected([Values("%00", "LONG")] string name) => await User.Client.ProblemAsync(
        HttpMethod.Get, $"/api/state?session_id={name.Replace("LONG", new string('x', 129), StringComparison.Ordinal)}", null, HttpStatusCode.BadRequest);

    [Test]
    public async Task Watch_OnBothInstances_ShowsTheSameGrowingReply()
    {
        var call = Model.Hold("watch me");
        using var client = Elsewhere();
        using var here = await WatchAsync(User.Client, "watched");
        using var there = await WatchAsync(client, "watched");
        await User.Client.SendJsonAsync(HttpMethod.Post, "/api/chat", new { message = "watch me", session_id = "watched" });
        await call.Asked;

        call.Say("Half");
        foreach (var stream in new[] { here, there })
        {
            await UntilAsync(stream, text: "Half", isProcessing: true);
        }
        call.Say(" and half").End();
        foreach (var stream in new[] { here, there })
        {
            await UntilAsync(stream, text: "Half and half", isProcessing: false);
        }
    }

    [Test]
    public async Task System_Message_IsSeenByTheNextReply()
    {
        await User.Client.SendJsonAsync(HttpMethod.Post, "/api/system", new { message = "Answer in Latin.", session_id = "latin" });
        var call = Model.Hold("salve");

        await User.Client.SendJsonAsync(HttpMethod.Post, "/api/chat", new { message = "salve", session_id = "latin" });

        Assert.That((await call.Asked).Select(m => m.Text), Does.Contain("Answer in Latin."));
        call.End();
        await AssertSoundAsync();
    }

    [Test]
    public async Task Events_OfAUser_ReportRepliesOfEveryInstanceAndOfNobodyElse()
    {
        using var client = Elsewhere();
        using var feed = await EventStream.GetAsync(client, "/chat/events");
        Assert.That((await feed.NextAsync())!.Type, Is.EqualTo("sessions"));
        var stranger = await App.RegisterAsync();
        await CreateSessionAsync(stranger, "not yours", "hello");

        var (_, reply, call) = await BeginAsync("feed", "Fed");

        ServerEvent? received;
        do
        {
            received = await feed.NextAsync();
        }
        while (received!.Type != "reply");
        Assert.That((received.Data.Text("message_id"), received.Data.Text("content")), Is.EqualTo((reply, "Fed")));
        call.End();
    }

    [Test]
    public async Task Events_SignInEndsOnAnotherInstance_StreamIsCut()
    {
        var user = await App.RegisterAsync();
        using var feed = await EventStream.GetAsync(user.Client, "/chat/events");
        await feed.NextAsync();
        using var elsewhere = Other.WithToken(user.Client.DefaultRequestHeaders.Authorization!.Parameter!);

        await elsewhere.SendJsonAsync(HttpMethod.Post, "/auths/logout", null, HttpStatusCode.NoContent);

        Assert.That(async () => await feed.RestAsync(), Throws.InstanceOf<Exception>());
    }

    private static Task<EventStream> WatchAsync(HttpClient client, string session) => EventStream.GetAsync(client, $"/api/chat/stream?session_id={session}");

    private static async Task UntilAsync(EventStream stream, string text, bool isProcessing)
    {
        while (true)
        {
            var state = (await stream.NextAsync())!.Data;
            if (state.GetProperty("is_processing").GetBoolean() == isProcessing && state.Items("messages").Any(m => m.Text("content") == text))
            {
                return;
            }
        }
    }
}
