using System.Net;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Integration.Replies;

/// <summary>Quotas hold, however many requests arrive at once.</summary>
internal sealed class QuotaTests : TwoInstances
{
    [Test]
    public async Task Send_HundredAtTheLimitOnTwoInstances_NeverOverspend()
    {
        var user = await App.RegisterAsync();
        const long quota = 20_000;
        await App.SetQuotaAsync(user.Id, quota);
        var sessions = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => CreateSessionAsync(user)));
        using var elsewhere = Other.WithToken(user.Client.DefaultRequestHeaders.Authorization!.Parameter!);

        var responses = await Task.WhenAll(sessions.Select((s, i) =>
            (i % 2 == 0 ? user.Client : elsewhere).SendAsync(HttpMethod.Post, $"/chat/sessions/{s.Text("id")}/messages?wait=true", new { content = "spend" })));

        Assert.That(responses.Select(r => r.StatusCode), Is.All.AnyOf(HttpStatusCode.Created, HttpStatusCode.TooManyRequests));
        Assert.That(responses.Count(r => r.StatusCode == HttpStatusCode.Created), Is.GreaterThan(0));
        Assert.That(responses.Count(r => r.StatusCode == HttpStatusCode.TooManyRequests), Is.GreaterThan(0));
        var usage = await App.WithDb(db => db.UserUsage.AsNoTracking().SingleAsync(u => u.UserId == user.Id));
        Assert.That(usage.TotalTokens, Is.InRange(1, quota));
        Assert.That(usage.ReservedTokens, Is.Zero);
        await AssertSoundAsync();
    }

    [Test]
    public async Task Send_OverTheQuota_Is429WithRetryAfterAndStoresNothing()
    {
        var user = await App.RegisterAsync();
        await App.SetQuotaAsync(user.Id, 1);
        var session = await CreateSessionAsync(user);

        var response = await user.Client.SendAsync(HttpMethod.Post, $"/chat/sessions/{session.Text("id")}/messages", new { content = "too much" });

        var problem = await response.ProblemAsync(HttpStatusCode.TooManyRequests);
        Assert.That(problem.Text("detail"), Does.Contain("quota"));
        Assert.That(response.Headers.RetryAfter, Is.Not.Null);
        Assert.That(await StoredMessagesAsync(session.Id()), Is.Empty);
        Assert.That((await StoredSessionAsync(session)).NextSeq, Is.EqualTo(1));
    }

    [Test]
    public async Task Send_WhileAReplyIsGenerated_ReservesItsTokensUntilItEnds()
    {
        var user = await App.RegisterAsync();
        await App.SetQuotaAsync(user.Id, 1_000_000);
        var call = Model.Hold("aside");
        var session = await CreateSessionAsync(user);
        var sent = await user.Client.SendJsonAsync(
            HttpMethod.Post, $"/chat/sessions/{session.Text("id")}/messages", new { content = "aside" }, HttpStatusCode.Created);

        Assert.That((await UsageAsync(user)).ReservedTokens, Is.GreaterThan(0));
        call.Say("done").Report(5, 2).End();

        await EndedAsync(sent.GetProperty("reply").GetProperty("id").GetGuid());
        var usage = await UsageAsync(user);
        Assert.That((usage.ReservedTokens, usage.TotalTokens), Is.EqualTo((0L, 7L)));
    }

    [Test]
    public async Task Send_SeveralAtOnceAtLittleUse_AreAllAcceptedAndMayWriteSomething()
    {
        const long quota = 20_000;
        var user = await App.RegisterAsync();
        await App.SetQuotaAsync(user.Id, quota);
        var calls = Enumerable.Range(0, 5).Select(i => (Question: $"little {i}", Call: Model.Hold($"little {i}"))).ToList();

        foreach (var (question, call) in calls)
        {
            await BeginAsync(user, question);
            await call.Asked;
        }

        var usage = await UsageAsync(user);
        Assert.That(usage.ReservedTokens, Is.LessThanOrEqualTo(quota));
        Assert.That(calls.Select(c => c.Call.Options!.MaxOutputTokens), Is.All.InRange(500, 4096));
        calls.ForEach(c => c.Call.Say("done").Report(100, 10).End());
        await Eventually.TrueAsync(async () => (await UsageAsync(user)) is { ReservedTokens: 0, TotalTokens: 550 }, "all have ended");
    }

    [Test]
    public async Task Send_LittleIsLeft_TellsTheProviderHowLongTheReplyMayBe()
    {
        var user = await App.RegisterAsync();
        await App.SetQuotaAsync(user.Id, 4_000);
        var call = Model.Hold("short");

        await BeginAsync(user, "short");
        var prompt = (await call.Asked).Sum(m => m.Text.Length / 2); // at least

        Assert.That(call.Options!.MaxOutputTokens, Is.InRange(500, 4095));
        Assert.That(prompt + call.Options.MaxOutputTokens, Is.LessThanOrEqualTo((await UsageAsync(user)).ReservedTokens));
        call.Say("done").Report(10, 2).End();
    }

    [Test]
    public async Task Send_ManyAtOnceWithProvidersThatReportAnything_NeverOverspend()
    {
        const long quota = 40_000;
        var user = await App.RegisterAsync();
        await App.SetQuotaAsync(user.Id, quota);
        var random = new Random(10);
        var (statuses, rounds) = (new List<HttpStatusCode>(), 0);
        do
        {
            var sends = Enumerable.Range(0, 12).Select(async i =>
            {
                var question = $"anything {rounds}-{i}";
                Model.Hold(question).Say("some text").Report(random.Next(3) == 0 ? 1_000_000 : random.Next(2_000), random.Next(3) == 0 ? 1_000_000 : random.Next(2_000)).End();
                var session = await CreateSessionAsync(user);
                return (await user.Client.SendAsync(HttpMethod.Post, $"/chat/sessions/{session.Text("id")}/messages?wait=true", new { content = question })).StatusCode;
            }).ToList();
            statuses.AddRange(await Task.WhenAll(sends));
            Assert.That((await UsageAsync(user)).TotalTokens, Is.LessThanOrEqualTo(quota));
        }
        while (statuses[^1] == HttpStatusCode.Created && ++rounds < 50);

        Assert.That(statuses, Is.All.AnyOf(HttpStatusCode.Created, HttpStatusCode.TooManyRequests).And.Some.EqualTo(HttpStatusCode.Created).And.Some.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That((await UsageAsync(user)).ReservedTokens, Is.Zero);
        await AssertSoundAsync();
    }

    private static async Task<Guid> BeginAsync(TestUser user, string question)
    {
        var session = await CreateSessionAsync(user);
        var sent = await user.Client.SendJsonAsync(HttpMethod.Post, $"/chat/sessions/{session.Text("id")}/messages", new { content = question }, HttpStatusCode.Created);
        return sent.GetProperty("reply").Id();
    }

    private Task<Domain.Usage.UserUsage> UsageAsync(TestUser user) => App.WithDb(db => db.UserUsage.AsNoTracking().SingleAsync(u => u.UserId == user.Id));
}
