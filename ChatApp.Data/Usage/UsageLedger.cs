using ChatApp.Domain.Time;
using ChatApp.Domain.Usage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ChatApp.Data.Usage;

/// <summary>The ledger in PostgreSQL. Works in the context's transaction if there is one, otherwise in its own.</summary>
public sealed class UsageLedger(ChatDbContext db, TimeProvider clock, IOptions<QuotaSettings> settings) : IUsageLedger
{
    private const string UpdateRecord = """
        UPDATE usage_records SET prompt_tokens = $3, completion_tokens = $4, estimated = $5, duration_milliseconds = $6 WHERE user_id = $1 AND id = $2
        """;

    public Task<bool> ChargeAsync(UsageRecord record, CancellationToken ct) => InTransactionAsync(async () =>
    {
        var batch = db.NewBatch();
        var charged = UsageStatements.Charge(batch, record, settings.Value.DefaultTokens);
        await batch.ExecuteNonQueryAsync(ct);
        if (charged.RecordsAffected == 1)
        {
            batch = db.NewBatch();
            UsageStatements.Insert(batch, record);
            await batch.ExecuteNonQueryAsync(ct);
        }
        return charged.RecordsAffected == 1;
    }, ct);

    public Task CorrectAsync(UsageRecord charged, ProviderCall actual, CancellationToken ct) => InTransactionAsync(async () =>
    {
        var (usage, batch) = (actual.Usage, db.NewBatch());
        var updated = batch.Add(UpdateRecord, charged.UserId, charged.Id, usage.PromptTokens, usage.CompletionTokens, usage.Estimated, actual.DurationMilliseconds);
        await batch.ExecuteNonQueryAsync(ct);
        if (updated.RecordsAffected == 1) // otherwise the account has been deleted
        {
            batch = db.NewBatch();
            UsageStatements.Correct(batch, charged.UserId, usage.PromptTokens - charged.PromptTokens, usage.CompletionTokens - charged.CompletionTokens, clock.Now());
            await batch.ExecuteNonQueryAsync(ct);
        }
        return true;
    }, ct);

    public Task<bool> ReserveAsync(Guid userId, long tokens, CancellationToken ct) => InTransactionAsync(async () =>
    {
        var batch = db.NewBatch();
        var reserved = UsageStatements.Reserve(batch, userId, tokens, settings.Value.DefaultTokens, clock.Now());
        await batch.ExecuteNonQueryAsync(ct);
        return reserved.RecordsAffected == 1;
    }, ct);

    public Task<long?> ReserveMoreAsync(Guid userId, long least, long most, CancellationToken ct) => InTransactionAsync(async () =>
    {
        var left = await db.Database.SqlQuery<long?>($"""
            SELECT coalesce(token_quota, {settings.Value.DefaultTokens}::bigint) - total_tokens - reserved_tokens AS "Value" FROM user_usage WHERE user_id = {userId} FOR UPDATE
            """).ToListAsync(ct);
        if (left is not [var free] || free < least)
        {
            return null;
        }
        var granted = free is { } tokens ? Math.Clamp(tokens / QuotaService.MostShare, least, most) : most; // the quota may have been lifted
        var batch = db.NewBatch();
        UsageStatements.Add(batch, userId, [], granted, clock.Now());
        await batch.ExecuteNonQueryAsync(ct);
        return (long?)granted;
    }, ct);

    public async Task<(long Bytes, int Messages)?> MeasurePromptAsync(Guid userId, Guid sessionId, CancellationToken ct)
    {
        var sizes = await db.Database.SqlQuery<PromptSize>($"""
            SELECT coalesce(sum(octet_length(m.content) + octet_length(m.tool_calls::text)), 0)::bigint AS "Bytes", count(m.id)::int AS "Messages"
            FROM messages m
            WHERE m.user_id = {userId} AND m.session_id = {sessionId} AND m.deleted_at IS NULL
            HAVING {settings.Value.DefaultTokens}::bigint IS NOT NULL OR EXISTS (SELECT FROM user_usage u WHERE u.user_id = {userId} AND u.token_quota IS NOT NULL)
            """).ToListAsync(ct);
        return sizes is [var size] ? (size.Bytes, size.Messages) : null;
    }

    public Task SetQuotaAsync(Guid userId, long? tokens, CancellationToken ct) => InTransactionAsync(async () =>
    {
        var batch = db.NewBatch();
        UsageStatements.Correct(batch, userId, 0, 0, clock.Now()); // creates the user's first row
        batch.Add("UPDATE user_usage SET token_quota = $2 WHERE user_id = $1", userId, tokens.OrNull());
        await batch.ExecuteNonQueryAsync(ct);
        return true;
    }, ct);

    private async Task<T> InTransactionAsync<T>(Func<Task<T>> work, CancellationToken ct)
    {
        if (db.Database.CurrentTransaction is not null)
        {
            return await work();
        }
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var result = await work();
        await transaction.CommitAsync(ct);
        return result;
    }

    private sealed record PromptSize(long Bytes, int Messages);
}
