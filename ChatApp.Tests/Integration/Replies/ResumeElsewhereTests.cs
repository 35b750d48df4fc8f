using System.Globalization;
using System.Net;
using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;

namespace ChatApp.Tests.Integration.Replies;

/// <summary>A client that returns with <c>Last-Event-ID</c> is never sent back, whichever instance it returns to.</summary>
internal sealed class ResumeElsewhereTests : TwoInstances
{
    private const string First = "One 😀 two";
    private const string Second = ", 👩‍👧 three.";

    private readonly ScriptedTools _tools = new();

    protected override void Adjust(WebApplicationBuilder builder)
    {
        base.Adjust(builder);
        _tools.AddTo(builder);
    }

    [Test]
    public async Task Resume_AtEveryPositionAroundAToolCall_ContinuesThereOnEveryInstance()
    {
        _tools.Add("write", "Written.", asksFirst: true);
        Model.Script("Around a tool", _ => [new TextContent(First), ModelScript.Wish(0, "write", new { input = "a" })], ModelScript.Say(Second));
        var session = await CreateSessionAsync(User);
        var sent = await User.Client.SendJsonAsync(HttpMethod.Post, $"/chat/sessions/{session.Text("id")}/messages", new { content = "Around a tool" }, HttpStatusCode.Created);
        var reply = sent.GetProperty("reply").Text("id");
        await Eventually.TrueAsync(() => App.WithDb(db => db.ReplyDeltas.AnyAsync(d => d.MessageId == Guid.Parse(reply))), "the other instance can read the text");
        using var elsewhere = Elsewhere();
        var opened = new List<(int Position, EventStream Stream, List<ServerEvent> Events)>();
        foreach (var client in new[] { User.Client, elsewhere })
        {
            for (var position = 0; position <= First.Length; position++)
            {
                opened.Add((position, await EventStream.ResumeAsync(client, reply, $"{position}"), []));
            }
        }
        foreach (var (position, stream, events) in opened)
        {
            while (events.Count == 0 || events[^1].Type != "approval")
            {
                events.Add((await stream.NextAsync())!);
            }
            AssertContinues(events, position, First);
            Assert.That(events[^1].Id, Is.EqualTo($"{First.Length}"), "the tool call is where the text ends");
        }

        await User.Client.SendJsonAsync(HttpMethod.Post, $"/chat/messages/{reply}/tools/1", new { decision = "once" });

        var whole = (await EndedAsync(Guid.Parse(reply))).Content;
        Assert.That(whole, Does.StartWith(First).And.EndWith(Second));
        foreach (var (position, stream, events) in opened)
        {
            events.AddRange(await stream.RestAsync());
            AssertContinues(events, position, whole);
            stream.Dispose();
        }
        await using var restarted = await TestApp.StartAsync(connectionString: App.ConnectionString);
        using var after = restarted.WithToken(User.Client.DefaultRequestHeaders.Authorization!.Parameter!);
        foreach (var client in new[] { User.Client, elsewhere, after })
        {
            for (var position = 0; position <= whole.Length; position++)
            {
                using var stream = await EventStream.ResumeAsync(client, reply, $"{position}");
                AssertContinues(await stream.RestAsync(), position, whole);
            }
        }
    }

    [Test]
    public async Task Resume_AfterTheTextThatIsKnownThere_WaitsForMore()
    {
        var (_, reply, call) = await BeginAsync("lagging", First);
        using var client = Elsewhere();
        var position = First.Length + 2; // the client has read more than the journal has
        using var stream = await EventStream.ResumeAsync(client, reply, $"{position}");

        call.Say(Second).End();

        var events = await stream.RestAsync();
        AssertContinues(events, position, First + Second);
        Assert.That(events.Tokens(), Is.EqualTo(Second[2..]));
    }

    // Half a surrogate pair is not sent.
    private static void AssertContinues(List<ServerEvent> events, int position, string text)
    {
        var from = position < text.Length && char.IsLowSurrogate(text[position]) ? position + 1 : position;
        Assert.That(events.Tokens(), Is.EqualTo(text[from..]), $"after {position}");
        var ids = events.Select(e => int.Parse(e.Id!, CultureInfo.InvariantCulture)).ToList();
        Assert.That(ids, Is.Ordered.And.All.GreaterThanOrEqualTo(position), "a client that returns with any of them is not sent back");
    }
}
