using System.Globalization;
using System.Net;
using System.Text.Json;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Models;
using ChatApp.Domain.Usage;
using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Integration.Analytics;

internal sealed class AnalyticsTests : ChatFixture
{
    private readonly TestClock _clock = new();
    private TestUser _user = null!;

    protected override void Adjust(WebApplicationBuilder builder)
    {
        base.Adjust(builder);
        builder.Services.AddSingleton<TimeProvider>(_clock);
    }

    [SetUp]
    public async Task Register() => _user = await App.RegisterAsync();

    [Test]
    public async Task Session_WithMessages_CountsThem()
    {
        Model.Hold("One 😀").Say("Reply! 東京").Report(100, 7).End();
        Model.Hold("Two").Say("Part").Report(50, 3).Fail(new ModelException(ReplyErrorCode.ProviderUnavailable, "Away."));
        var session = await CreateSessionAsync(_user, "Counted", "One 😀", "Two");
        await SetDurationsAsync(session, 1_500, 500);

        foreach (var key in new[] { session.Text("id"), session.Text("thread_id") })
        {
            var analytics = await _user.Client.GetJsonAsync($"/analytics/{key}");

            using (Assert.EnterMultipleScope())
            {
                Assert.That(analytics.Number("messages_count"), Is.EqualTo(4));
                Assert.That(analytics.Number("user_messages"), Is.EqualTo(2));
                Assert.That(analytics.Number("assistant_messages"), Is.EqualTo(2));
                Assert.That(analytics.Number("total_characters"), Is.EqualTo(5 + 9 + 3 + 4), "an emoji is one character");
                Assert.That(analytics.Number("prompt_tokens"), Is.EqualTo(150));
                Assert.That(analytics.Number("completion_tokens"), Is.EqualTo(10));
                Assert.That(analytics.Number("total_tokens"), Is.EqualTo(160));
                Assert.That(analytics.GetProperty("average_response_seconds").GetDouble(), Is.EqualTo(1));
                Assert.That(analytics.GetProperty("created_at").GetRawText(), Is.EqualTo(session.GetProperty("created_at").GetRawText()));
                Assert.That(analytics.GetProperty("last_message_at").ValueKind, Is.EqualTo(JsonValueKind.String));
            }
        }
    }

    [Test]
    public async Task Session_DeletedMessage_IsNotCountedButItsTokensAre()
    {
        Model.Hold("Hello").Say("Hi").Report(100, 7).End();
        var session = await CreateSessionAsync(_user, "Deleted", "Hello");
        var reply = (await StoredMessagesAsync(session.Id()))[1];
        await _user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{session.Text("id")}/messages/{reply.Id}");

        var analytics = await _user.Client.GetJsonAsync($"/analytics/{session.Text("id")}");

        Assert.That((analytics.Number("messages_count"), analytics.Number("assistant_messages"), analytics.Number("total_characters")), Is.EqualTo((1, 0, 5)));
        Assert.That(analytics.Number("total_tokens"), Is.EqualTo(107));
    }

    [Test]
    public async Task Session_Empty_IsAllZero()
    {
        var session = await CreateSessionAsync(_user, "Empty");

        var analytics = await _user.Client.GetJsonAsync($"/analytics/{session.Text("id")}");

        Assert.That(analytics.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Number).Select(p => p.Value.GetDouble()), Is.All.Zero);
        Assert.That(analytics.GetProperty("last_message_at").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(analytics.GetProperty("average_response_seconds").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [Test]
    public async Task Session_Unknown_SaysNoAnalyticsFound()
    {
        var problem = await _user.Client.ProblemAsync(HttpMethod.Get, "/analytics/unknown", null, HttpStatusCode.NotFound);

        Assert.That(problem.Text("detail"), Is.EqualTo("No analytics found"));
    }

    [Test]
    public async Task Usage_OfSeveralDaysAndModels_IsGroupedAndOutlivesTheSession()
    {
        var other = await App.RegisterAsync();
        await CreateSessionAsync(other, "Other", "Hello");
        Model.Hold("First").Say("A").Report(100, 10).End();
        var session = await CreateSessionAsync(_user, "Days", "First");
        _clock.Advance(TimeSpan.FromDays(2));
        _user = await App.LogInAsync(_user.Name, TestUser.Password); // its token has expired
        Model.Hold("Second").Say("B").Report(200, 20).End();
        Model.Hold("Third").Say("C").Report(1, 1).End();
        await CreateSessionAsync(_user, "Later", "Second", "Third");
        await App.WithDb(db => db.UsageRecords.Where(r => r.UserId == _user.Id && r.PromptTokens == 1).ExecuteUpdateAsync(r => r.SetProperty(x => x.Model, "another")));
        await _user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{session.Text("id")}");
        await _user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{session.Text("id")}?permanent=true");

        var usage = await _user.Client.GetJsonAsync("/analytics/usage");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(usage.Number("total_tokens"), Is.EqualTo(332));
            Assert.That(usage.Number("input_tokens"), Is.EqualTo(301));
            Assert.That(usage.Number("output_tokens"), Is.EqualTo(31));
            Assert.That(usage.Number("request_count"), Is.EqualTo(3));
            var (today, days) = (DateOnly.FromDateTime(_clock.GetUtcNow().UtcDateTime), usage.Items("by_day"));
            Assert.That(days.Select(d => DateOnly.ParseExact(d.Text("date"), "yyyy-MM-dd", CultureInfo.InvariantCulture)), Is.EqualTo(new[] { today.AddDays(-2), today }));
            Assert.That(days.Select(d => (d.Number("total_tokens"), d.Number("input_tokens"), d.Number("output_tokens"), d.Number("request_count"))), Is.EqualTo(new[] { (110, 100, 10, 1), (222, 201, 21, 2) }));
            var models = usage.Items("by_model");
            Assert.That(models.Select(m => (m.Text("model"), m.Text("provider"), m.Number("total_tokens"), m.Number("request_count"))),
                Is.EqualTo(new[] { (GatedModel.Name, GatedModel.Provider, 330, 2), ("another", GatedModel.Provider, 2, 1) }));
        }
    }

    [Test]
    public async Task Usage_WhileRepliesEnd_AddsUp()
    {
        var sending = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => CreateSessionAsync(_user, "Busy", [.. Enumerable.Range(0, 15).Select(i => $"Question {i}")])));
        while (!sending.IsCompleted)
        {
            var usage = await _user.Client.GetJsonAsync("/analytics/usage");

            Assert.That(Sum("by_day"), Is.EqualTo(usage.Number("total_tokens")));
            Assert.That(Sum("by_model"), Is.EqualTo(usage.Number("total_tokens")));

            long Sum(string group) => usage.GetProperty(group).EnumerateArray().Sum(g => g.GetProperty("total_tokens").GetInt64());
        }
        await sending;
    }

    [Test]
    public async Task Usage_UnusedAccount_IsEmpty()
    {
        var usage = await _user.Client.GetJsonAsync("/analytics/usage");

        Assert.That((usage.Number("total_tokens"), usage.Number("request_count")), Is.EqualTo((0, 0)));
        Assert.That(usage.Items("by_day").Concat(usage.Items("by_model")), Is.Empty);
    }

    private Task<int> SetDurationsAsync(JsonElement session, params int[] milliseconds) => App.WithDb(async db =>
    {
        var records = await db.UsageRecords.Where(r => r.SessionId == session.Id() && r.Purpose == UsagePurpose.Reply).OrderBy(r => r.CreatedAt).ToListAsync();
        Assert.That(records, Has.Count.EqualTo(milliseconds.Length));
        for (var i = 0; i < records.Count; i++)
        {
            records[i].DurationMilliseconds = milliseconds[i];
        }
        return await db.SaveChangesAsync();
    });
}
