using Npgsql;

namespace ChatApp.Data.Checks;

/// <summary>A violation of a rule of the data.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Row">The violating row, with details.</param>
public sealed record Violation(string Rule, string Row);

/// <summary>Checks the rules that every transaction must keep. Each is a query for violating rows; all queries use one snapshot, so that the check works while the database is in use.</summary>
public static class DatabaseCheck
{
    // A living instance holds the advisory lock of its id.
    private const string Instances = """
        SELECT coalesce(array_agg((classid::bigint << 32) | objid::bigint), '{}') FROM pg_locks
        WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """;

    private static readonly (string Rule, string Query)[] Rules =
    [
        ("A session's message_count is the number of its messages that are not deleted", """
            SELECT format('session %s counts %s, has %s', s.id, s.message_count, count(m.id))
            FROM chat_sessions s LEFT JOIN messages m ON m.user_id = s.user_id AND m.session_id = s.id AND m.deleted_at IS NULL
            GROUP BY s.user_id, s.id HAVING s.message_count <> count(m.id)
            """),
        ("A session's messages are numbered from 1 without gaps, and next_seq follows", """
            SELECT format('session %s has %s messages up to %s, next_seq %s', s.id, count(m.id), max(m.seq), s.next_seq)
            FROM chat_sessions s LEFT JOIN messages m ON m.user_id = s.user_id AND m.session_id = s.id
            GROUP BY s.user_id, s.id HAVING count(m.id) <> coalesce(max(m.seq), 0) OR count(DISTINCT m.seq) <> count(m.id) OR s.next_seq <> count(m.id) + 1
            """),
        ("Temporary sessions, and no others, have an expiry, except while a reply is being generated", """
            SELECT format('session %s, temporary: %s, expires %s, generating: %s', s.id, s.temporary, coalesce(s.expires_at::text, 'never'), count(m.id))
            FROM chat_sessions s LEFT JOIN messages m ON m.user_id = s.user_id AND m.session_id = s.id AND m.status = 'generating'
            GROUP BY s.user_id, s.id HAVING (s.expires_at IS NOT NULL) <> (s.temporary AND count(m.id) = 0)
            """),
        ("At most one reply is being generated in a session", """
            SELECT format('session %s: %s replies', session_id, count(*)) FROM messages WHERE status = 'generating' GROUP BY user_id, session_id HAVING count(*) > 1
            """),
        ("Every reply that is being generated has a living instance", """
            SELECT format('message %s, instance %s', id, instance_id) FROM messages WHERE status = 'generating' AND (instance_id IS NULL OR instance_id <> ALL ($1))
            """),
        ("A message belongs to its session's user", """
            SELECT format('message %s of %s has no session %s', m.id, m.user_id, m.session_id)
            FROM messages m LEFT JOIN chat_sessions s ON s.user_id = m.user_id AND s.id = m.session_id WHERE s.id IS NULL
            """),
        ("A user's totals are the sums of the ledger", """
            SELECT format('user %s: totals %s + %s = %s in %s calls, ledger %s + %s in %s calls', user_id, u.prompt_tokens, u.completion_tokens, u.total_tokens, u.request_count, l.prompt, l.completion, l.calls)
            FROM (SELECT user_id, sum(prompt_tokens) prompt, sum(completion_tokens) completion, count(*) calls FROM usage_records GROUP BY user_id) l
            FULL JOIN user_usage u USING (user_id)
            WHERE (coalesce(u.prompt_tokens, 0), coalesce(u.completion_tokens, 0), coalesce(u.total_tokens, 0), coalesce(u.request_count, 0))
                IS DISTINCT FROM (coalesce(l.prompt, 0), coalesce(l.completion, 0), coalesce(l.prompt + l.completion, 0), coalesce(l.calls, 0))
            """),
        ("Tokens are reserved only for replies that are being generated", """
            SELECT format('user %s: %s reserved, replies need %s', u.user_id, u.reserved_tokens, coalesce(m.reserved, 0))
            FROM user_usage u LEFT JOIN (SELECT user_id, sum(reserved_tokens) reserved FROM messages WHERE status = 'generating' GROUP BY user_id) m USING (user_id)
            WHERE u.reserved_tokens <> coalesce(m.reserved, 0)
            UNION ALL SELECT format('message %s is %s and keeps %s', id, status, reserved_tokens) FROM messages WHERE status <> 'generating' AND reserved_tokens <> 0
            """),
        ("The journal has only replies that are being generated", """
            SELECT format('message %s is %s', m.id, m.status) FROM messages m WHERE m.status <> 'generating' AND EXISTS (SELECT FROM reply_deltas d WHERE d.user_id = m.user_id AND d.message_id = m.id)
            """),
    ];

    /// <summary>All violations; none if the database is consistent.</summary>
    public static async Task<IReadOnlyList<Violation>> RunAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var found = new List<Violation>();
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, ct);
        var instances = await InstancesAsync(connection, snapshot, ct); // after the snapshot, so that no instance it contains is missing
        foreach (var (rule, query) in Rules)
        {
#pragma warning disable CA2100 // constants
            await using var command = new NpgsqlCommand(query, connection, snapshot) { CommandTimeout = 0 };
#pragma warning restore CA2100
            if (query.Contains("$1", StringComparison.Ordinal))
            {
                command.Parameters.Add(new() { Value = instances });
            }
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                found.Add(new(rule, reader.GetString(0)));
            }
        }
        return found;
    }

    private static async Task<long[]> InstancesAsync(NpgsqlConnection connection, NpgsqlTransaction snapshot, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Instances, connection, snapshot);
        return (long[])(await command.ExecuteScalarAsync(ct))!;
    }
}
