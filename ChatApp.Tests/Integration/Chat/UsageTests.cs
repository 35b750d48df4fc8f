using ChatApp.Domain.Chat;
using ChatApp.Domain.Usage;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;

namespace ChatApp.Tests.Integration.Chat;

/// <summary>The ledger, and the totals that equal its sums.</summary>
internal sealed class UsageTests : ChatFixture
{
    private TestUser _user = null!;

    [SetUp]
    public async Task Register() => _user = await App.RegisterAsync();

    [Test]
    public async Task Usage_Reported_IsInMessageLedgerAndTotals()
    {
        Model.Hold("reported").Say("reply").Report(120, 30).End();

        var response = await _user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "reported" });

        Assert.That(response.GetProperty("usage").GetRawText(), Is.EqualTo("""{"prompt_tokens":120,"completion_tokens":30,"total_tokens":150,"estimated":false}"""));
        var record = (await LedgerAsync()).Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That((record.PromptTokens, record.CompletionTokens, record.Estimated), Is.EqualTo((120L, 30L, false)));
            Assert.That((record.Provider, record.Model, record.Purpose), Is.EqualTo((GatedModel.Provider, GatedModel.Name, UsagePurpose.Reply)));
            Assert.That(record.MessageId.ToString(), Is.EqualTo(response.Text("message_id")));
            Assert.That(record.SessionId.ToString(), Is.EqualTo(response.Text("session_id")));
        }
        await AssertTotalsAreTheLedgersSumsAsync(1);
    }

    [Test]
    public async Task Usage_ReportedSeveralTimes_CountsTheLast()
    {
        Model.Hold("twice").Report(10, 1).Say("reply").Report(10, 5).End();

        var response = await _user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "twice" });

        Assert.That(response.GetProperty("usage").Number("total_tokens"), Is.EqualTo(15));
        await AssertTotalsAreTheLedgersSumsAsync(1);
    }

    [Test]
    public async Task Usage_NotReported_IsEstimated()
    {
        Model.Hold("not reported").Say(new string('a', 400)).End();

        var response = await _user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "not reported" });

        Assert.That(response.GetProperty("usage").GetProperty("estimated").GetBoolean(), Is.True);
        Assert.That(response.GetProperty("usage").Number("completion_tokens"), Is.EqualTo(100));
        Assert.That(response.GetProperty("usage").Number("prompt_tokens"), Is.Positive);
        Assert.That((await LedgerAsync()).Single().Estimated, Is.True);
        await AssertTotalsAreTheLedgersSumsAsync(1);
    }

    [TestCase(-1, 5)]
    [TestCase(5, -1)]
    [TestCase(long.MaxValue, long.MaxValue)]
    [TestCase(5, null)]
    [TestCase(null, null)]
    public async Task Usage_ReportedNonsense_IsEstimated(long? prompt, long? completion)
    {
        var nonsense = new ChatResponseUpdate { Contents = [new UsageContent(new() { InputTokenCount = prompt, OutputTokenCount = completion })] };
        Model.Hold("nonsense").Say("reply").Give(nonsense).End();

        var response = await _user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "nonsense" });

        Assert.That(response.GetProperty("usage").GetProperty("estimated").GetBoolean(), Is.True);
        await AssertTotalsAreTheLedgersSumsAsync(1);
    }

    [Test]
    public async Task Usage_FailedReply_IsChargedForThePartialText()
    {
        Model.Hold("fails").Say(new string('a', 40)).Fail(new InvalidDataException());
        await _user.Client.SendAsync(HttpMethod.Post, "/chat", new { message = "fails" });

        var record = (await LedgerAsync()).Single();
        Assert.That((record.CompletionTokens, record.Estimated), Is.EqualTo((10L, true)));
        await AssertTotalsAreTheLedgersSumsAsync(1);
    }

    [Test]
    public async Task Usage_ManyRepliesAtOnce_AddsUp()
    {
        var sessions = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            sessions.Add((await CreateSessionAsync(_user)).Text("id"));
            var call = Model.Hold($"sum {i}").Say("reply");
            (i % 2 == 0 ? call.Report(100 + i, i) : call).End();
        }

        await Task.WhenAll(sessions.Select((id, i) => _user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = $"sum {i}", thread_id = id })));

        await AssertTotalsAreTheLedgersSumsAsync(8);
        var list = await _user.Client.GetJsonAsync("/chat/sessions");
        Assert.That(list.Number("total_tokens_used"), Is.EqualTo((await LedgerAsync()).Sum(r => r.PromptTokens + r.CompletionTokens)));
    }

    [Test]
    public async Task Usage_SessionDeleted_IsKept()
    {
        var session = await CreateSessionAsync(_user, "Short-lived", "hello");
        await _user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{session.Text("id")}");
        await _user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{session.Text("id")}?permanent=true");

        await AssertTotalsAreTheLedgersSumsAsync(1);
        Assert.That((await _user.Client.GetJsonAsync("/chat/sessions")).Number("total_tokens_used"), Is.Positive);
    }

    private Task<List<UsageRecord>> LedgerAsync() => App.WithDb(db => db.UsageRecords.AsNoTracking().Where(r => r.UserId == _user.Id).ToListAsync());

    private async Task AssertTotalsAreTheLedgersSumsAsync(int calls)
    {
        var ledger = await LedgerAsync();
        var totals = await App.WithDb(db => db.UserUsage.AsNoTracking().SingleAsync(u => u.UserId == _user.Id));
        var messages = await App.WithDb(db => db.Messages.AsNoTracking().Where(m => m.UserId == _user.Id && m.Role == MessageRole.Assistant).ToListAsync());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ledger, Has.Count.EqualTo(calls));
            Assert.That(totals.RequestCount, Is.EqualTo(calls));
            Assert.That(totals.PromptTokens, Is.EqualTo(ledger.Sum(r => r.PromptTokens)));
            Assert.That(totals.CompletionTokens, Is.EqualTo(ledger.Sum(r => r.CompletionTokens)));
            Assert.That(totals.TotalTokens, Is.EqualTo(totals.PromptTokens + totals.CompletionTokens).And.Positive);
            foreach (var message in messages)
            {
                var record = ledger.Single(r => r.MessageId == message.Id);
                Assert.That((message.PromptTokens, message.CompletionTokens, message.UsageEstimated), Is.EqualTo(((long?)record.PromptTokens, (long?)record.CompletionTokens, record.Estimated)));
            }
        }
    }
}
