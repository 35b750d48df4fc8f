using ChatApp.Data.Usage;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Generation;
using ChatApp.Domain.Chat.Generation.Tools;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Idempotency;
using ChatApp.Domain.Models;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Usage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace ChatApp.Data.Replies;

/// <summary>
/// The transactions at the start and at the end of a reply, as plain statements, each on one user's rows: a change tracker would need a round trip for
/// each of them, and Citus can route them. Both transactions lock the session first, then its messages, then the user's totals.
/// </summary>
public sealed class ReplyStore(ChatDbContext db, IInstances instances, IOptions<QuotaSettings> quotas) : IReplyStore
{
    private const string InsertMessage = """
        INSERT INTO messages (user_id, session_id, id, seq, role, content, status, model, instance_id, reserved_tokens, usage_estimated, tool_calls, metadata, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, false, '[]', '{}', $11, $11)
        """;

    // Statements of one transaction see what was committed before each of them: under this lock, all of the user's generating replies.
    private const string LockGenerating = "SELECT pg_advisory_xact_lock($1, $2)";
    private const int GeneratingLock = 0x52657079; // with two keys, apart from the locks of instances

    private const string InsertReply = """
        INSERT INTO messages (user_id, session_id, id, seq, role, content, status, model, instance_id, reserved_tokens, usage_estimated, tool_calls, metadata, created_at, updated_at)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, false, '[]', '{}', $11, $11
        WHERE (SELECT count(*) FROM messages m WHERE m.user_id = $1 AND m.status = 'generating') < $12
        """;

    private const string InsertKey = """
        INSERT INTO idempotency_keys (user_id, key, request_hash, resource_id, created_at) VALUES ($1, $2, $3, $4, $5)
        """;

    private const string CloseSession = """
        UPDATE chat_sessions SET
            last_message_at = greatest(last_activity_at, $3), last_activity_at = greatest(last_activity_at, $3), updated_at = greatest(updated_at, $3),
            expires_at = CASE WHEN temporary THEN $4 END
        WHERE user_id = $1 AND id = $2
        """;

    private const string CloseMessage = """
        UPDATE messages SET
            content = $4, status = $5, metadata = $6, tool_calls = $7, prompt_tokens = $8, completion_tokens = $9, usage_estimated = $10,
            instance_id = NULL, stop_requested_at = NULL, reserved_tokens = 0, updated_at = $11
        WHERE user_id = $1 AND id = $2 AND status = 'generating' AND instance_id IS NOT DISTINCT FROM $3
        """;

    private const string DeleteDeltas = "DELETE FROM reply_deltas WHERE user_id = $1 AND message_id = $2";

    private const string SelectDeltas = """
        SELECT d.user_id, d.message_id, d.position, d.content
        FROM unnest($1, $2, $3) AS known(user_id, message_id, length)
        JOIN reply_deltas d ON d.user_id = known.user_id AND d.message_id = known.message_id AND d.position + octet_length(d.content) > known.length
        ORDER BY d.user_id, d.message_id, d.position
        """;

    public async Task<(AcceptOutcome Outcome, AcceptedMessage? Stored)> AcceptAsync(Acceptance acceptance, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        try
        {
            if (await CountInSessionAsync(acceptance) is not { } session)
            {
                var hasQuota = acceptance.ReservedTokens is null
                    && (quotas.Value.DefaultTokens is not null || await db.UserUsage.AnyAsync(u => u.UserId == acceptance.UserId && u.TokenQuota != null, ct));
                return (hasQuota ? AcceptOutcome.ReservationRequired : AcceptOutcome.NoSuchSession, null);
            }
            var stored = ToMessages(acceptance, session);
            var batch = db.NewBatch();
            if (acceptance.Request is { } request) // first: a repeated request must not conflict with the reply that it started itself
            {
                batch.Add(InsertKey, acceptance.UserId, request.Key, request.Hash, acceptance.ReplyId, acceptance.At);
            }
            batch.Add(InsertMessage, Values(stored.Message));
            batch.Add(LockGenerating, GeneratingLock, LockKey(acceptance.UserId));
            var reply = batch.Add(InsertReply, [.. Values(stored.Reply), (long)acceptance.MaxGenerating]);
            var reservation = acceptance.ReservedTokens is > 0 and var tokens
                ? UsageStatements.Reserve(batch, acceptance.UserId, tokens, quotas.Value.DefaultTokens, acceptance.At) : null;
            // Not cancelled when the client leaves: the transaction may be committed anyway, and then the message must get its reply.
            await batch.ExecuteNonQueryAsync(CancellationToken.None);
            if (reply.RecordsAffected == 0)
            {
                return (AcceptOutcome.TooMany, null);
            }
            if (reservation is { RecordsAffected: 0 })
            {
                return (AcceptOutcome.QuotaExceeded, null);
            }
            await transaction.CommitAsync(CancellationToken.None);
            return (AcceptOutcome.Accepted, stored);
        }
        catch (PostgresException e) when (e.Violates(ChatMessage.GeneratingIndex))
        {
            return (AcceptOutcome.Busy, null);
        }
        catch (PostgresException e) when (e.Violates(IdempotencyKey.PrimaryKey))
        {
            return (AcceptOutcome.Repeated, null);
        }
    }

    public async Task<int> CountGeneratingAsync(Guid userId, CancellationToken ct)
    {
        var batch = db.NewBatch();
        batch.Add(LockGenerating, GeneratingLock, LockKey(userId));
        await batch.ExecuteNonQueryAsync(ct);
        return await db.Messages.CountAsync(m => m.UserId == userId && m.Status == MessageStatus.Generating, ct);
    }

    public async Task<bool> CloseAsync(ReplyRun run, DateTimeOffset now, TimeSpan temporaryIdleTimeout, CancellationToken ct)
    {
        var (reply, usage) = (run.Reply, run.Usage());
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var end = db.NewBatch();
        end.Add(CloseSession, reply.UserId, reply.SessionId, now, now + temporaryIdleTimeout);
        var closed = end.Add(CloseMessage,
            reply.UserId, reply.Id, reply.InstanceId.OrNull(), run.Running.Text, run.Status.ToString().ToLowerInvariant(),
            new NpgsqlParameter { Value = run.Details.ToJson(), NpgsqlDbType = NpgsqlDbType.Jsonb },
            new NpgsqlParameter { Value = ToolCall.ToJson(run.Running.ToolCalls), NpgsqlDbType = NpgsqlDbType.Jsonb },
            (usage?.PromptTokens).OrNull(), (usage?.CompletionTokens).OrNull(), usage?.Estimated ?? false, now);
        await end.ExecuteNonQueryAsync(ct);
        if (closed.RecordsAffected == 0)
        {
            return false;
        }
        var accounts = db.NewBatch();
        foreach (var call in run.Calls)
        {
            UsageStatements.Insert(accounts, call.ToRecord(reply, now));
        }
        if (run.Calls.Count > 0 || reply.ReservedTokens > 0)
        {
            UsageStatements.Add(accounts, reply.UserId, run.Calls, -reply.ReservedTokens, now);
        }
        accounts.Add(DeleteDeltas, reply.UserId, reply.Id);
        await accounts.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(CancellationToken.None);
        return true;
    }

    public async Task<IReadOnlyList<ReplyDelta>> ReadDeltasAsync(IReadOnlyCollection<RunningReply> replies, CancellationToken ct)
    {
        await db.Database.OpenConnectionAsync(ct);
        try
        {
            var batch = db.NewBatch();
            batch.Add(SelectDeltas, replies.Select(r => r.UserId).ToArray(), replies.Select(r => r.Id).ToArray(), replies.Select(r => r.Length).ToArray());
            var deltas = new List<ReplyDelta>();
            await using var reader = await batch.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                deltas.Add(new() { UserId = reader.GetGuid(0), MessageId = reader.GetGuid(1), Position = reader.GetInt32(2), Content = reader.GetString(3) });
            }
            return deltas;
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    // Locks the session's row, which serialises numbering, and counts both messages. After waiting for the lock, the statement sees what the previous holder committed.
    private async Task<ChatSession?> CountInSessionAsync(Acceptance acceptance)
    {
        var (user, id, thread, at) = (acceptance.UserId, acceptance.Key.Id, acceptance.Key.Value, acceptance.At);
        var rows = await db.Sessions.FromSql($"""
            UPDATE chat_sessions SET
                next_seq = next_seq + 2,
                message_count = message_count + 2,
                last_message_at = greatest(last_activity_at, {at}),
                last_activity_at = greatest(last_activity_at, {at}),
                updated_at = greatest(updated_at, {at}),
                persona = coalesce({acceptance.Persona}::text, persona),
                model = nullif(coalesce({acceptance.SessionModel}::text, model), {ChatModel.Default}),
                title = CASE WHEN title_is_automatic AND title = {ChatSession.DefaultTitle} THEN {acceptance.Title} ELSE title END,
                expires_at = NULL
            WHERE user_id = {user}
                AND id = coalesce( -- two index lookups; with OR it would read all of the user's sessions
                    (SELECT s.id FROM chat_sessions s WHERE s.user_id = {user} AND s.id = {id}::uuid AND s.deleted_at IS NULL),
                    (SELECT s.id FROM chat_sessions s WHERE s.user_id = {user} AND s.thread_id = {thread} AND s.deleted_at IS NULL))
                AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > {at})
                AND ({acceptance.ReservedTokens}::bigint IS NOT NULL
                    OR ({quotas.Value.DefaultTokens}::bigint IS NULL AND NOT EXISTS (SELECT FROM user_usage u WHERE u.user_id = {user} AND u.token_quota IS NOT NULL)))
            RETURNING *, xmin
            """).AsNoTracking().ToListAsync(CancellationToken.None); // see AcceptAsync
        return rows.SingleOrDefault();
    }

    private AcceptedMessage ToMessages(Acceptance acceptance, ChatSession session) => new(
        session,
        new()
        {
            Id = Guid.CreateVersion7(acceptance.At),
            UserId = session.UserId,
            SessionId = session.Id,
            Seq = session.NextSeq - 2,
            Role = MessageRole.User,
            Content = acceptance.Content,
            CreatedAt = acceptance.At,
            UpdatedAt = acceptance.At,
        },
        new()
        {
            Id = acceptance.ReplyId,
            UserId = session.UserId,
            SessionId = session.Id,
            Seq = session.NextSeq - 1,
            Role = MessageRole.Assistant,
            Status = MessageStatus.Generating,
            Model = session.Model ?? acceptance.Model,
            InstanceId = instances.Id,
            ReservedTokens = acceptance.ReservedTokens ?? 0,
            CreatedAt = acceptance.At,
            UpdatedAt = acceptance.At,
        });

    // The end of a version 7 id is random.
    private static int LockKey(Guid userId) => BitConverter.ToInt32(userId.ToByteArray(), 12);

    private static object[] Values(ChatMessage message) =>
    [
        message.UserId, message.SessionId, message.Id, message.Seq, message.Role.ToString().ToLowerInvariant(), message.Content,
        message.Status.ToString().ToLowerInvariant(), message.Model.OrNull(), message.InstanceId.OrNull(), message.ReservedTokens, message.CreatedAt,
    ];
}
