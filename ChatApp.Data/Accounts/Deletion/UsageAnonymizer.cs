using ChatApp.Data.Usage;
using ChatApp.Domain.Time;
using ChatApp.Domain.Usage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Data.Accounts.Deletion;

/// <summary>
/// Moves the ledger of deleted accounts to <see cref="UserUsage.DeletedAccounts"/>, without sessions, messages and times of day, so that sums stay right and
/// nothing leads back to anybody. Each batch changes the ledger and the totals together.
/// </summary>
public sealed class UsageAnonymizer(ChatDbContext db, TimeProvider clock)
{
    /// <summary>Ledger rows per transaction.</summary>
    public const int BatchSize = 500;

    /// <summary>Moves all usage of an account.</summary>
    public async Task RunAsync(Guid userId, CancellationToken ct)
    {
        while (await MoveBatchAsync(userId, ct))
        {
        }
        await db.UserUsage.Where(u => u.UserId == userId && u.RequestCount == 0 && u.ReservedTokens == 0).ExecuteDeleteAsync(ct);
    }

    /// <summary>Moves the usage of accounts that no longer exist: calls that were charged while their account was being deleted.</summary>
    public async Task SweepAsync(CancellationToken ct)
    {
        var owners = await db.UserUsage.TagWith("across users: usage of deleted accounts").Where(u => u.UserId != UserUsage.DeletedAccounts && !db.Users.Any(x => x.Id == u.UserId))
            .Select(u => u.UserId).ToListAsync(ct);
        foreach (var userId in owners)
        {
            await RunAsync(userId, ct);
        }
    }

    private async Task<bool> MoveBatchAsync(Guid userId, CancellationToken ct)
    {
        var ids = await db.UsageRecords.Where(r => r.UserId == userId).OrderBy(r => r.Id).Take(BatchSize).Select(r => r.Id).ToArrayAsync(ct);
        if (ids.Length == 0)
        {
            return false;
        }
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var batchOf = db.UsageRecords.Where(r => r.UserId == userId && ids.Contains(r.Id));
        // Locks the rows: another instance may be moving them, and the cost of a title may be corrected.
        await batchOf.ExecuteUpdateAsync(r => r.SetProperty(x => x.Estimated, x => x.Estimated), ct);
        var records = await batchOf.AsNoTracking().ToListAsync(ct);
        if (records.Count > 0)
        {
            await batchOf.ExecuteDeleteAsync(ct);
            var batch = db.NewBatch();
            records.ForEach(r => UsageStatements.Insert(batch, WithoutName(r)));
            UsageStatements.Move(batch, userId, UserUsage.DeletedAccounts, records, clock.Now());
            await batch.ExecuteNonQueryAsync(ct);
        }
        await transaction.CommitAsync(ct);
        return true;
    }

    // The id would tell the time.
    private static UsageRecord WithoutName(UsageRecord record)
    {
        var day = new DateTimeOffset(record.CreatedAt.UtcDateTime.Date, TimeSpan.Zero);
        return new()
        {
            Id = Guid.CreateVersion7(day),
            UserId = UserUsage.DeletedAccounts,
            SessionId = Guid.Empty,
            MessageId = Guid.Empty,
            Purpose = record.Purpose,
            Provider = record.Provider,
            Model = record.Model,
            PromptTokens = record.PromptTokens,
            CompletionTokens = record.CompletionTokens,
            Estimated = record.Estimated,
            DurationMilliseconds = record.DurationMilliseconds,
            CreatedAt = day,
        };
    }
}
