using ChatApp.Domain.Chat;
using ChatApp.Tests.Support;
using ChatApp.Web.Demo;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Integration.Models;

internal sealed class DemoSeederTests : AppFixture
{
    [OneTimeSetUp]
    public Task Seed() => SeedAsync();

    [TestCase("alice", "alicepass123", 8)]
    [TestCase("testuser", "testpass123", 4)]
    public async Task Seed_FreshDatabase_CreatesAccountsWithSessions(string name, string password, int sessions)
    {
        var user = await App.LogInAsync(name, password);

        var list = await user.Client.GetJsonAsync("/chat/sessions");

        Assert.That(list.Items("sessions"), Has.Count.EqualTo(sessions));
        Assert.That(list.Items("sessions").Count(s => s.GetProperty("pinned").GetBoolean()), Is.EqualTo(1));
        Assert.That((await user.Client.GetJsonAsync("/users/me")).Text("email"), Is.EqualTo($"{name}@example.com"));
    }

    [Test]
    public async Task Seed_Sessions_HaveCorrectCounters()
    {
        var sessions = await App.WithDb(db => db.Sessions.AsNoTracking().ToListAsync());
        foreach (var session in sessions)
        {
            var messages = await App.WithDb(db => db.Messages.AsNoTracking().Where(m => m.SessionId == session.Id).OrderBy(m => m.Seq).ToListAsync());

            Assert.That(messages.Select(m => m.Seq), Is.EqualTo(Enumerable.Range(1, messages.Count).Select(i => (long)i)), session.Title);
            Assert.That((session.MessageCount, session.NextSeq), Is.EqualTo((messages.Count, messages.Count + 1L)), session.Title);
            Assert.That((session.LastMessageAt, session.LastActivityAt), Is.EqualTo(((DateTimeOffset?)messages[^1].UpdatedAt, messages[^1].UpdatedAt)), session.Title);
            Assert.That(messages.Select(m => m.CreatedAt), Is.Ordered, session.Title);
            Assert.That(messages.All(m => m.Status == MessageStatus.Complete && m.UserId == session.UserId), Is.True, session.Title);
            Assert.That(messages.All(m => m.Role == MessageRole.User || (m.PromptTokens > 0 && m.CompletionTokens > 0)), Is.True, session.Title);
        }
    }

    [Test]
    public async Task Seed_Sessions_AreSpreadOverTheLastWeeks()
    {
        var now = TimeProvider.System.GetUtcNow();
        var ages = (await App.WithDb(db => db.Sessions.Select(s => s.LastActivityAt).ToListAsync())).Select(t => (now - t).TotalDays).ToList();

        Assert.That(ages, Has.All.Positive);
        Assert.That(ages, Has.Some.LessThan(0.5).And.Some.InRange(0.9, 1.1).And.Some.InRange(2, 7).And.Some.GreaterThan(14));
    }

    [Test]
    public async Task Seed_Usage_IsTheSumOfTheLedgerAndOfTheReplies()
    {
        var users = await App.WithDb(db => db.Users.Select(u => u.Id).ToListAsync());
        foreach (var id in users)
        {
            var usage = await App.WithDb(db => db.UserUsage.AsNoTracking().SingleAsync(u => u.UserId == id));
            var ledger = await App.WithDb(db => db.UsageRecords.AsNoTracking().Where(r => r.UserId == id).ToListAsync());
            var replies = await App.WithDb(db => db.Messages.AsNoTracking().Where(m => m.UserId == id && m.Role == MessageRole.Assistant).ToListAsync());

            Assert.That((usage.PromptTokens, usage.CompletionTokens, usage.TotalTokens, usage.RequestCount), Is.EqualTo(
                (ledger.Sum(r => r.PromptTokens), ledger.Sum(r => r.CompletionTokens), ledger.Sum(r => r.PromptTokens + r.CompletionTokens), (long)ledger.Count)));
            Assert.That(ledger.Select(r => (r.MessageId, (long?)r.PromptTokens, (long?)r.CompletionTokens)),
                Is.EquivalentTo(replies.Select(a => (a.Id, a.PromptTokens, a.CompletionTokens))));
        }
    }

    [Test]
    public async Task Seed_Again_AddsNothing()
    {
        var before = await CountAsync();
        Assert.That(before.Messages, Is.GreaterThan(0));

        await SeedAsync();

        Assert.That(await CountAsync(), Is.EqualTo(before));
    }

    private Task SeedAsync() => ActivatorUtilities.CreateInstance<DemoSeeder>(App.Services).SeedAsync(CancellationToken.None);

    private Task<(int Users, int Sessions, int Messages, int Records)> CountAsync() => App.WithDb(async db =>
        (await db.Users.CountAsync(), await db.Sessions.CountAsync(), await db.Messages.CountAsync(), await db.UsageRecords.CountAsync()));
}
