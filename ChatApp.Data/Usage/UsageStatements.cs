using ChatApp.Domain.Usage;
using Npgsql;

namespace ChatApp.Data.Usage;

/// <summary>The statements that change the ledger and the users' totals: every change of a total goes through the one upsert.</summary>
internal static class UsageStatements
{
    private const string InsertRecord = """
        INSERT INTO usage_records (user_id, id, session_id, message_id, purpose, provider, model, prompt_tokens, completion_tokens, estimated, duration_milliseconds, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """;

    private const string Insertion = """
        INSERT INTO user_usage AS u (user_id, prompt_tokens, completion_tokens, total_tokens, request_count, reserved_tokens, created_at, updated_at)

        """;

    private const string Upsert = Insertion + """
        VALUES ($1, $2, $3, $2 + $3, $4, $5, $6, $6)
        ON CONFLICT (user_id) DO UPDATE SET
            prompt_tokens = u.prompt_tokens + excluded.prompt_tokens,
            completion_tokens = u.completion_tokens + excluded.completion_tokens,
            total_tokens = u.total_tokens + excluded.total_tokens,
            request_count = u.request_count + excluded.request_count,
            reserved_tokens = u.reserved_tokens + excluded.reserved_tokens,
            updated_at = excluded.updated_at
        """;

    // The default quota holds for users without a row, too: they get one first.
    private const string Begin = Insertion + "VALUES ($1, 0, 0, 0, 0, 0, $2, $2) ON CONFLICT (user_id) DO NOTHING";

    private const string AddWithinQuota = """
        UPDATE user_usage SET
            prompt_tokens = prompt_tokens + $2,
            completion_tokens = completion_tokens + $3,
            total_tokens = total_tokens + $2 + $3,
            request_count = request_count + $4,
            reserved_tokens = reserved_tokens + $5,
            updated_at = $6
        WHERE user_id = $1 AND (coalesce(token_quota, $7::bigint) IS NULL OR total_tokens + reserved_tokens + $2 + $3 + $5 <= coalesce(token_quota, $7::bigint))
        """;

    /// <summary>Inserts a record into the ledger.</summary>
    public static void Insert(NpgsqlBatch batch, UsageRecord record) => batch.Add(InsertRecord,
        record.UserId, record.Id, record.SessionId, record.MessageId, record.Purpose.ToString().ToLowerInvariant(), record.Provider, record.Model,
        record.PromptTokens, record.CompletionTokens, record.Estimated, record.DurationMilliseconds, record.CreatedAt);

    /// <summary>Adds calls to a user's totals, and to the reserved tokens, whatever the quota.</summary>
    public static void Add(NpgsqlBatch batch, Guid userId, IReadOnlyCollection<ProviderCall> calls, long reserved, DateTimeOffset now) =>
        batch.Add(Upsert, userId, calls.Sum(c => c.Usage.PromptTokens), calls.Sum(c => c.Usage.CompletionTokens), (long)calls.Count, reserved, now);

    /// <summary>Adds a record to a user's totals if the quota has room for it: then the returned command affects one row.</summary>
    public static NpgsqlBatchCommand Charge(NpgsqlBatch batch, UsageRecord record, long? defaultQuota)
    {
        batch.Add(Begin, record.UserId, record.CreatedAt);
        return batch.Add(AddWithinQuota, record.UserId, (long)record.PromptTokens, (long)record.CompletionTokens, 1L, 0L, record.CreatedAt, defaultQuota.OrNull());
    }

    /// <summary>Reserves tokens if the quota has room for them: then the returned command affects one row.</summary>
    public static NpgsqlBatchCommand Reserve(NpgsqlBatch batch, Guid userId, long tokens, long? defaultQuota, DateTimeOffset now)
    {
        batch.Add(Begin, userId, now);
        return batch.Add(AddWithinQuota, userId, 0L, 0L, 0L, tokens, now, defaultQuota.OrNull());
    }

    /// <summary>Adds the difference between two costs of one call to a user's totals.</summary>
    public static void Correct(NpgsqlBatch batch, Guid userId, long promptTokens, long completionTokens, DateTimeOffset now) =>
        batch.Add(Upsert, userId, promptTokens, completionTokens, 0L, 0L, now);

    /// <summary>Moves ledger records from one user's totals to another's.</summary>
    public static void Move(NpgsqlBatch batch, Guid from, Guid to, IReadOnlyCollection<UsageRecord> records, DateTimeOffset now)
    {
        var (prompt, completion) = (records.Sum(r => r.PromptTokens), records.Sum(r => r.CompletionTokens));
        batch.Add(Upsert, from, -prompt, -completion, -(long)records.Count, 0L, now);
        batch.Add(Upsert, to, prompt, completion, (long)records.Count, 0L, now);
    }
}
