using System.Net;
using System.Text.Json;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Generation.Tools;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Usage;
using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;

namespace ChatApp.Tests.Integration.Tools;

/// <summary>A model calls its tools until it replies.</summary>
internal sealed partial class ToolLoopTests : ChatFixture
{
    private const int MaxRounds = 3;

    private readonly ScriptedTools _tools = new();
    private TestUser _user = null!;

    protected override Dictionary<string, string> Settings => new() { ["Chat:MaxToolRounds"] = $"{MaxRounds}", ["Chat:ToolTimeout"] = "00:00:01" };

    [OneTimeSetUp]
    public async Task AddTools()
    {
        _user = await App.RegisterAsync();
        _tools.Add("look_up", "The screw is a P2.");
        _tools.Add("fail", (_, _) => throw new ToolException("The workshop is closed."));
        _tools.Add("break", (_, _) => throw new InvalidOperationException("secret internals"));
        _tools.Add("hang", async (_, _) => await new TaskCompletionSource<object?>().Task);
        _tools.Add("long", new string('x', 2 * ToolCall.ResultMaxLength));
        _tools.Add("strange", "NUL \0 and half a pair \ud83d");
    }

    protected override void Adjust(WebApplicationBuilder builder)
    {
        base.Adjust(builder);
        _tools.AddTo(builder);
    }

    [Test]
    public async Task Send_ModelCallsATool_RepliesFromItsResultAndStoresTheCall()
    {
        var script = Model.Script("Which screw?", ModelScript.Call(("look_up", new { input = "screw" })), ModelScript.Say("A P2."));

        var reply = await AskAsync("Which screw?");

        Assert.That(reply.Text("content"), Is.EqualTo("A P2."));
        Assert.That(script.LastResults, Is.EqualTo(["The screw is a P2."]));
        Assert.That(script.Asked[0].Options!.Tools!.Select(t => t.Name), Does.Contain("look_up"));
        var call = reply.GetProperty("tool_calls").EnumerateArray().Single();
        Assert.That(call.Text("name"), Is.EqualTo("look_up"));
        Assert.That(call.Text("source"), Is.EqualTo(ScriptedTools.Source));
        Assert.That(call.Text("status"), Is.EqualTo("complete"));
        Assert.That(call.Text("result"), Is.EqualTo("The screw is a P2."));
        Assert.That(call.GetProperty("arguments").Text("input"), Is.EqualTo("screw"));
    }

    [Test]
    public async Task Send_ModelCallsATool_EachTurnIsInTheLedger()
    {
        Model.Script("Count", ModelScript.Call(("look_up", new { input = "" })), ModelScript.Say("Counted."));

        var reply = await AskAsync("Count");

        var id = reply.Id();
        var rows = await App.WithDb(db => db.UsageRecords.AsNoTracking().Where(u => u.MessageId == id).OrderBy(u => u.Id).ToListAsync());
        Assert.That(rows.Select(r => (r.Purpose, r.PromptTokens, r.CompletionTokens)), Is.EqualTo([(UsagePurpose.Tool, 100L, 10L), (UsagePurpose.Reply, 100L, 10L)]));
        Assert.That(reply.GetProperty("usage").GetProperty("total_tokens").GetInt64(), Is.EqualTo(220));
    }

    [Test]
    public async Task Stream_ModelCallsATool_SendsItsStatusBetweenTheTokens()
    {
        var result = new TaskCompletionSource<object?>();
        _tools.Add("wait", (_, _) => result.Task);
        Model.Script("Tell me", _ => [new TextContent("Let me look."), ModelScript.Wish(0, "wait", new { input = "x" })], ModelScript.Say("Found it."));
        using var stream = await EventStream.PostAsync(_user.Client, new { message = "Tell me" });

        List<ServerEvent> events = [];
        while (events.LastOrDefault()?.Type != "status")
        {
            events.Add((await stream.NextAsync())!);
        }
        result.SetResult("It is there.");
        events.AddRange(await stream.RestAsync());

        var status = events.Single(e => e.Type == "status");
        Assert.That((status.Data.Text("content"), status.Data.Text("tool")), Is.EqualTo(("Doing wait…", "wait")));
        Assert.That(events.Tokens(), Is.EqualTo("Let me look.\n\nFound it."));
        var stored = await StoredMessageAsync(events[^1].Data.GetProperty("message_id").GetGuid());
        Assert.That(stored.Content, Is.EqualTo(events.Tokens()));
        Assert.That(ToolCall.Of(stored).Single().Position, Is.EqualTo("Let me look.".Length));
    }

    [Test]
    public async Task Send_SeveralCallsInATurn_RunAtTheSameTime()
    {
        var (first, second) = (new TaskCompletionSource(), new TaskCompletionSource());
        _tools.Add("first", async (_, ct) => await MeetAsync(first, second, ct));
        _tools.Add("second", async (_, ct) => await MeetAsync(second, first, ct));
        var script = Model.Script("Both", ModelScript.Call(("first", new { input = "" }), ("second", new { input = "" })), ModelScript.Say("Met."));

        var reply = await AskAsync("Both");

        Assert.That(script.LastResults, Is.EqualTo(["met", "met"]));
        Assert.That(reply.GetProperty("tool_calls").EnumerateArray().Select(c => c.Text("name")), Is.EqualTo(["first", "second"]));
    }

    [Test]
    public async Task Send_ModelKeepsCallingTools_RepliesAfterTheLastRound()
    {
        var script = Model.Script("For ever", ModelScript.Call(("look_up", new { input = "again" })));

        var reply = await AskAsync("For ever", MessageStatus.Failed);

        Assert.That(script.Asked, Has.Count.EqualTo(MaxRounds + 1));
        Assert.That(script.Asked.Select(a => a.Options!.ToolMode is NoneChatToolMode), Is.EqualTo([false, false, false, true]));
        Assert.That(reply.GetProperty("tool_calls").GetArrayLength(), Is.EqualTo(MaxRounds));
        Assert.That(reply.GetProperty("metadata").GetProperty("tool_rounds_used_up").GetBoolean(), Is.True);
    }

    [TestCase("fail", "The workshop is closed.")]
    [TestCase("break", "The tool failed.")]
    [TestCase("hang", "The tool took longer than 1 second.")]
    [TestCase("no_such_tool", "There is no tool with this name.")]
    public async Task Send_ToolFails_ModelIsToldAndReplies(string tool, string told)
    {
        var script = Model.Script($"Try {tool}", ModelScript.Call((tool, new { input = "" })), ModelScript.Say("It did not work."));

        var reply = await AskAsync($"Try {tool}");

        Assert.That(script.LastResults, Is.EqualTo([told]));
        Assert.That(reply.GetProperty("tool_calls")[0].Text("status"), Is.EqualTo("failed"));
        Assert.That(reply.Text("content"), Is.EqualTo("It did not work."));
        Assert.That(App.Log.Text, Does.Not.Contain("secret internals"));
    }

    [Test]
    public async Task Send_ResultIsTooLong_IsTruncatedAndMarked()
    {
        var script = Model.Script("Much", ModelScript.Call(("long", new { input = "" })), ModelScript.Say("A lot."));

        var reply = await AskAsync("Much");

        Assert.That(script.LastResults[0], Has.Length.InRange(ToolCall.ResultMaxLength, ToolCall.ResultMaxLength + 100).And.EndsWith("has been cut here.]"));
        Assert.That(reply.GetProperty("tool_calls")[0].GetProperty("truncated").GetBoolean(), Is.True);
    }

    [Test]
    public async Task Send_ResultCannotBeStored_IsCleaned()
    {
        Model.Script("Strange", ModelScript.Call(("strange", new { input = "" })), ModelScript.Say("Odd."));

        var reply = await AskAsync("Strange");

        Assert.That(reply.GetProperty("tool_calls")[0].Text("result"), Is.EqualTo("NUL \ufffd and half a pair \ufffd"));
    }

    [Test]
    public async Task Send_ArgumentsCannotBeStored_CallIsRejected()
    {
        var script = Model.Script("Bad arguments", ModelScript.Call(("look_up", new { input = "\0" })), ModelScript.Say("Sorry."));

        await AskAsync("Bad arguments");

        Assert.That(script.LastResults[0], Does.Contain("arguments"));
    }

    [Test]
    public async Task Stop_ToolHangs_ReplyIsInterruptedAndTheCallCancelled()
    {
        var begun = new TaskCompletionSource();
        _tools.Add("wait", async (_, ct) =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, ct);
            return null;
        });
        Model.Script("Wait", ModelScript.Call(("wait", new { input = "" })));
        var session = await CreateSessionAsync(_user);
        var sent = await _user.Client.SendJsonAsync(HttpMethod.Post, $"/chat/sessions/{session.Text("id")}/messages", new { content = "Wait" }, HttpStatusCode.Created);
        await begun.Task.WaitAsync(Eventually.Patience);

        await _user.Client.SendJsonAsync(HttpMethod.Post, "/api/interrupt", new { session_id = session.Text("thread_id") });

        var stored = await EndedAsync(sent.GetProperty("reply").Id());
        Assert.That(stored.Status, Is.EqualTo(MessageStatus.Interrupted));
        Assert.That(ToolCall.Of(stored).Single().Status, Is.EqualTo(ToolCallStatus.Cancelled));
        Assert.That(stored.PromptTokens, Is.EqualTo(100)); // the turn that called it
    }

    [Test]
    public async Task Send_RoundsWouldOverspendTheQuota_FailsWithinIt()
    {
        var user = await App.RegisterAsync();
        await App.SetQuotaAsync(user.Id, 12_000);
        Model.Script("Spend", ModelScript.Call(("long", new { input = "" })));
        var session = await CreateSessionAsync(user);

        var sent = await user.Client.SendJsonAsync(
            HttpMethod.Post, $"/chat/sessions/{session.Text("id")}/messages?wait=true", new { content = "Spend" }, HttpStatusCode.Created);

        var reply = sent.GetProperty("reply");
        Assert.That(reply.Text("status"), Is.EqualTo("failed"));
        Assert.That(reply.GetProperty("metadata").Text("error_code"), Is.EqualTo(ReplyErrorCode.QuotaExceeded));
        var usage = await App.WithDb(db => db.UserUsage.AsNoTracking().SingleAsync(u => u.UserId == user.Id));
        Assert.That((usage.ReservedTokens, usage.TotalTokens), Is.EqualTo((0L, 110L)));
    }

    private static async Task<object?> MeetAsync(TaskCompletionSource mine, TaskCompletionSource other, CancellationToken ct)
    {
        mine.SetResult();
        await other.Task.WaitAsync(ct);
        return "met";
    }

    private async Task<JsonElement> AskAsync(string question, MessageStatus end = MessageStatus.Complete)
    {
        var session = await CreateSessionAsync(_user);
        var sent = await _user.Client.SendJsonAsync(
            HttpMethod.Post, $"/chat/sessions/{session.Text("id")}/messages?wait=true", new { content = question }, HttpStatusCode.Created);
        var reply = sent.GetProperty("reply");
        Assert.That(reply.Text("status"), Is.EqualTo(end.ToString().ToLowerInvariant()));
        return reply;
    }
}
