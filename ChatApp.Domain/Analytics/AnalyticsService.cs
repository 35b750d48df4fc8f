using System.Data;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Usage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ChatApp.Domain.Analytics;

/// <summary>The caller's statistics. Tokens come from the ledger, which keeps the usage of deleted sessions.</summary>
public sealed class AnalyticsService(IChatDb db, SessionService sessions, IOptions<QuotaSettings> quotas)
{
    /// <exception cref="NotFoundException">The caller has no such live session.</exception>
    public async Task<SessionAnalytics> SessionAsync(Guid userId, SessionKey key, CancellationToken ct)
    {
        var session = await sessions.FindOrNullAsync(userId, key, ct) ?? throw new NotFoundException("Session", "No analytics found");
        var messages = await db.Messages.InSession(userId, session.Id).Live().GroupBy(_ => 1).Select(all => new
        {
            Count = all.Count(),
            User = all.Count(m => m.Role == MessageRole.User),
            Assistant = all.Count(m => m.Role == MessageRole.Assistant),
            Characters = all.Sum(m => (long)m.Content.Length),
        }).SingleOrDefaultAsync(ct);
        // The creation time narrows the range of the index, which is on user and time.
        var calls = db.UsageRecords.Where(r => r.UserId == userId && r.CreatedAt >= session.CreatedAt && r.SessionId == session.Id);
        var usage = await calls.GroupBy(_ => 1).Select(all => new
        {
            Prompt = all.Sum(r => r.PromptTokens),
            Completion = all.Sum(r => r.CompletionTokens),
            Replies = all.Where(r => r.Purpose != UsagePurpose.Title).Select(r => r.MessageId).Distinct().Count(),
            Milliseconds = all.Sum(r => r.Purpose == UsagePurpose.Title ? 0 : (long)r.DurationMilliseconds),
        }).SingleOrDefaultAsync(ct);
        return new(
            messages?.Count ?? 0, messages?.User ?? 0, messages?.Assistant ?? 0, messages?.Characters ?? 0, usage?.Prompt ?? 0, usage?.Completion ?? 0,
            usage is { Replies: > 0 } ? TimeSpan.FromMilliseconds((double)usage.Milliseconds / usage.Replies) : null, session.CreatedAt, session.LastMessageAt);
    }

    /// <summary>All usage of the user.</summary>
    public async Task<UsageAnalytics> UsageAsync(Guid userId, CancellationToken ct)
    {
        // One snapshot for all three queries, so that the sums are consistent.
        await using var snapshot = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        var totals = await db.UserUsage.AsNoTracking().FirstOrDefaultAsync(u => u.UserId == userId, ct);
        var days = await db.UsageRecords.Where(r => r.UserId == userId).GroupBy(r => DateOnly.FromDateTime(r.CreatedAt.UtcDateTime))
            .Select(day => new { Date = day.Key, Input = day.Sum(r => r.PromptTokens), Output = day.Sum(r => r.CompletionTokens), Requests = day.LongCount() })
            .OrderBy(day => day.Date).ToListAsync(ct);
        var models = await db.UsageRecords.Where(r => r.UserId == userId).GroupBy(r => new { r.Provider, r.Model })
            .Select(model => new { model.Key.Provider, model.Key.Model, Input = model.Sum(r => r.PromptTokens), Output = model.Sum(r => r.CompletionTokens), Requests = model.LongCount() })
            .OrderByDescending(model => model.Input + model.Output).ThenBy(model => model.Provider).ThenBy(model => model.Model).ToListAsync(ct);
        return new(
            new(totals?.PromptTokens ?? 0, totals?.CompletionTokens ?? 0, totals?.RequestCount ?? 0),
            totals?.TokenQuota ?? quotas.Value.DefaultTokens,
            days.ConvertAll(d => new DayUsage(d.Date, new(d.Input, d.Output, d.Requests))),
            models.ConvertAll(m => new ModelUsage(m.Provider, m.Model, new(m.Input, m.Output, m.Requests))));
    }
}
