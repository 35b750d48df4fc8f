using ChatApp.Domain.Accounts;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Domain.Chat;

/// <summary>Stores the end of an answer: message, ledger, the user's totals and the session's time, in one transaction.</summary>
public sealed class ReplyCloser(IChatDb db, TimeProvider clock)
{
    /// <summary>Ends the answer unless it has been ended already: a compare-and-set on its status, so that one ending wins.</summary>
    /// <returns>The end that is stored, whoever stored it.</returns>
    public async Task<ReplyEnd> CloseAsync(ReplyDraft draft, TimeSpan duration, CancellationToken ct)
    {
        var (job, usage, now) = (draft.Job, draft.Usage(), clock.Now());
        var (content, status, details) = (draft.Content, draft.Status, draft.Details.ToJson());
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // The session first, as everybody who changes messages: a send that holds it waits for the end of the message that is being generated.
        await db.Sessions.Where(s => s.Id == job.SessionId).ExecuteUpdateAsync(
            s => s.SetProperty(x => x.LastMessageAt, x => x.LastActivityAt > now ? x.LastActivityAt : now)
                .SetProperty(x => x.LastActivityAt, x => x.LastActivityAt > now ? x.LastActivityAt : now)
                .SetProperty(x => x.UpdatedAt, x => x.UpdatedAt > now ? x.UpdatedAt : now),
            ct);
        var closed = await db.Messages.Where(m => m.Id == job.ReplyId && m.Status == MessageStatus.Generating).ExecuteUpdateAsync(
            m => m.SetProperty(x => x.Content, content)
                .SetProperty(x => x.Status, status)
                .SetProperty(x => x.Metadata, details)
                .SetProperty(x => x.PromptTokens, usage == null ? null : usage.PromptTokens)
                .SetProperty(x => x.CompletionTokens, usage == null ? null : usage.CompletionTokens)
                .SetProperty(x => x.UsageEstimated, usage != null && usage.Estimated)
                .SetProperty(x => x.UpdatedAt, now),
            ct);
        if (closed == 0)
        {
            return await StoredEndAsync(job.ReplyId, ct);
        }
        if (usage is not null && draft.Model is { } model)
        {
            await ChargeAsync(job, usage, model.Provider, model.Name, duration, now, ct);
        }
        await transaction.CommitAsync(ct);
        return new(status, usage, draft.Details.Error, draft.Details.ErrorCode);
    }

    private async Task ChargeAsync(
        Ports.ReplyJob job, TokenUsage usage, string provider, string model, TimeSpan duration, DateTimeOffset now, CancellationToken ct)
    {
        db.UsageRecords.Add(new UsageRecord
        {
            Id = Guid.CreateVersion7(now),
            UserId = job.UserId,
            SessionId = job.SessionId,
            MessageId = job.ReplyId,
            Purpose = UsagePurpose.Answer,
            Provider = provider,
            Model = model,
            PromptTokens = usage.PromptTokens,
            CompletionTokens = usage.CompletionTokens,
            Estimated = usage.Estimated,
            DurationMilliseconds = (int)Math.Min(duration.TotalMilliseconds, int.MaxValue),
            CreatedAt = now,
        });
        await db.SaveChangesAsync(ct);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO user_usage AS u (user_id, prompt_tokens, completion_tokens, total_tokens, request_count, created_at, updated_at)
            VALUES ({job.UserId}, {usage.PromptTokens}, {usage.CompletionTokens}, {usage.TotalTokens}, 1, {now}, {now})
            ON CONFLICT (user_id) DO UPDATE SET
                prompt_tokens = u.prompt_tokens + excluded.prompt_tokens,
                completion_tokens = u.completion_tokens + excluded.completion_tokens,
                total_tokens = u.total_tokens + excluded.total_tokens,
                request_count = u.request_count + 1,
                updated_at = excluded.updated_at
            """, ct);
    }

    private async Task<ReplyEnd> StoredEndAsync(Guid replyId, CancellationToken ct) =>
        await db.Messages.AsNoTracking().FirstOrDefaultAsync(m => m.Id == replyId, ct) is { } reply
            ? ReplyEnd.Of(reply)
            : new(MessageStatus.Interrupted, null, null, null); // removed for good in the meantime
}
