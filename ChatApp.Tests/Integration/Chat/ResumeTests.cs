using ChatApp.Domain.Chat;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Integration.Chat;

/// <summary><c>GET /chat/messages/{id}/stream</c>: a reply's events for late and returning subscribers.</summary>
internal sealed class ResumeTests : ChatFixture
{
    private const string First = "One 😀 two";
    private const string Second = ", 👩‍👧 three.";

    private TestUser _user = null!;

    [OneTimeSetUp]
    public async Task Register() => _user = await App.RegisterAsync();

    [Test]
    public async Task Resume_AtEveryPositionWhileRunning_ReplaysTheRestAndContinues()
    {
        var (reply, call) = await BeginAsync(First);
        var positions = Positions(First).ToList();
        var streams = await Task.WhenAll(positions.Select(p => EventStream.ResumeAsync(_user.Client, reply, $"{p}")));
        for (var i = 0; i < streams.Length; i++)
        {
            if (positions[i] < First.Length)
            {
                var replayed = (await streams[i].NextAsync())!;
                Assert.That(replayed.Data.Text("content"), Is.EqualTo(First[positions[i]..]));
                Assert.That(replayed.Id, Is.EqualTo($"{First.Length}"));
            }
        }

        call.Say(Second).Report(3, 4).End();

        foreach (var stream in streams)
        {
            var rest = await stream.RestAsync();
            Assert.That(rest.Select(e => e.Type), Is.EqualTo(new[] { "token", "done" }));
            Assert.That(rest.Tokens(), Is.EqualTo(Second));
            Assert.That(rest[^1].Id, Is.EqualTo($"{First.Length + Second.Length}"));
            stream.Dispose();
        }
    }

    [Test]
    public async Task Resume_AtEveryPositionAfterTheEnd_ReplaysTheRest()
    {
        var (reply, call) = await BeginAsync(First);
        call.Say(Second).End();
        await EndedAsync(Guid.Parse(reply));

        foreach (var position in Positions(First + Second))
        {
            using var stream = await EventStream.ResumeAsync(_user.Client, reply, $"{position}");
            var events = await stream.RestAsync();
            Assert.That(events.Tokens(), Is.EqualTo((First + Second)[position..]));
            Assert.That(events[^1].Type, Is.EqualTo("done"));
            Assert.That(events.Select(e => e.Type), Has.None.EqualTo("start"), "a resuming client has received it already");
        }
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("nonsense")]
    [TestCase("-5")]
    public async Task Resume_WithoutAPosition_StartsAtTheBeginning(string? lastEventId)
    {
        var (reply, call) = await BeginAsync(First);
        call.End();
        await EndedAsync(Guid.Parse(reply));

        using var stream = await EventStream.ResumeAsync(_user.Client, reply, lastEventId);

        var events = await stream.RestAsync();
        Assert.That(events.Select(e => e.Type), Is.EqualTo(new[] { "start", "token", "done" }));
        Assert.That(events[0].Data.Text("message_id"), Is.EqualTo(reply));
        Assert.That(events.Tokens(), Is.EqualTo(First));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Resume_PositionOfNoEvent_EndsProperly(bool live)
    {
        var (reply, call) = await BeginAsync(First);
        if (!live)
        {
            call.End();
            await EndedAsync(Guid.Parse(reply));
        }

        var within = First.IndexOf('\ude00', StringComparison.Ordinal);
        foreach (var (position, rest) in new[] { ($"{within}", First[(within + 1)..]), ($"{First.Length + 1}", ""), ($"{int.MaxValue}", ""), ("99999999999999999999", "") })
        {
            using var stream = await EventStream.ResumeAsync(_user.Client, reply, position);
            call.End();
            var events = await stream.RestAsync();
            Assert.That(events[^1].Type, Is.EqualTo("done"));
            Assert.That(events.Tokens(), Is.EqualTo(rest), "nothing twice, and no half of a surrogate pair");
        }
    }

    [Test]
    public async Task Resume_ByTwentySubscribers_AllReceiveTheSame()
    {
        var (reply, call) = await BeginAsync("");
        var streams = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => EventStream.ResumeAsync(_user.Client, reply)));
        var reading = streams.Select(s => s.RestAsync()).ToList();
        for (var i = 0; i < 100; i++)
        {
            call.Say($"{i} ");
        }
        call.End();

        var received = await Task.WhenAll(reading);

        Assert.That(received.Select(e => e.Tokens()), Has.All.EqualTo(string.Concat(Enumerable.Range(0, 100).Select(i => $"{i} "))));
        Assert.That(received.Select(e => e[^1].Type), Has.All.EqualTo("done"));
    }

    [Test]
    public async Task Resume_FailedReply_EndsWithItsError()
    {
        var (reply, call) = await BeginAsync(First);
        call.Fail(new InvalidDataException());
        await EndedAsync(Guid.Parse(reply));

        using var stream = await EventStream.ResumeAsync(_user.Client, reply);

        var events = await stream.RestAsync();
        Assert.That(events.Select(e => e.Type), Is.EqualTo(new[] { "start", "token", "error" }));
        Assert.That(events[^1].Data.Text("code"), Is.EqualTo("internal"));
        Assert.That(events.Tokens(), Is.EqualTo(First));
    }

    [Test]
    public async Task Resume_ReplyOfAnotherInstance_ReceivesItsEnd()
    {
        await using var other = await TestApp.StartAsync(connectionString: App.ConnectionString);
        using var client = other.WithToken(_user.AccessToken);
        var (reply, call) = await BeginAsync(First);
        using var stream = await EventStream.ResumeAsync(client, reply);
        Assert.That((await stream.NextAsync())!.Type, Is.EqualTo("start"));

        call.Say(Second).End();

        var events = await stream.RestAsync();
        Assert.That(events.Tokens(), Is.EqualTo(First + Second));
        Assert.That(events[^1].Type, Is.EqualTo("done"));
    }

    [Test]
    public async Task Resume_DeletedReply_Is404()
    {
        var (reply, call) = await BeginAsync(First);
        call.End();
        var ended = await EndedAsync(Guid.Parse(reply));
        await _user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{ended.SessionId}/messages/{reply}");

        await _user.Client.ProblemAsync(HttpMethod.Get, $"/chat/messages/{reply}/stream", null, System.Net.HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Resume_UserMessage_Is404()
    {
        var session = await CreateSessionAsync(_user, "Mine", "hello");
        var message = (await StoredMessagesAsync(session.Id())).Single(m => m.Role == MessageRole.User);

        await _user.Client.ProblemAsync(HttpMethod.Get, $"/chat/messages/{message.Id}/stream", null, System.Net.HttpStatusCode.NotFound);
    }

    // A running reply with this text so far.
    private async Task<(string Reply, ModelCall Call)> BeginAsync(string text)
    {
        var session = await CreateSessionAsync(_user);
        var question = $"resume {session.Text("id")}";
        var call = Model.Hold(question);
        using var stream = await EventStream.PostAsync(_user.Client, new { message = question, thread_id = session.Text("id") });
        var reply = (await stream.NextAsync())!.Data.Text("message_id");
        if (text.Length > 0)
        {
            call.Say(text);
            Assert.That((await stream.NextAsync())!.Data.Text("content"), Is.EqualTo(text));
        }
        return (reply, call);
    }

    private static IEnumerable<int> Positions(string text)
    {
        var position = 0;
        yield return position;
        foreach (var rune in text.EnumerateRunes())
        {
            position += rune.Utf16SequenceLength;
            yield return position;
        }
    }
}
