using Npgsql;

namespace ChatApp.Data.Checks;

/// <summary>A rule of the data that a row breaks.</summary>
/// <param name="Rule">What must hold.</param>
/// <param name="Row">Which row breaks it, and how.</param>
public sealed record Violation(string Rule, string Row);

/// <summary>Checks the rules that every transaction must keep. Each is a query of the rows that break it; run on one snapshot, so also on a database in use.</summary>
public static class DatabaseCheck
{
    // Living instances hold the advisory lock of their id.
    private const string Alive = """
        SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks
        WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """;

    private static readonly (string Rule, string Query)[] Rules =
    [
        ("A session's message_count is the number of its messages that are not deleted", """
            SELECT format('session %s counts %s, has %s', s.id, s.message_count, count(m.id))
            FROM chat_sessions s LEFT JOIN messages m ON m.session_id = s.id AND m.deleted_at IS NULL
            GROUP BY s.id HAVING s.message_count <> count(m.id)
            """),
        ("A session's messages are numbered from 1 without gaps, and next_seq follows", """
            SELECT format('session %s has %s messages up to %s, next_seq %s', s.id, count(m.id), max(m.seq), s.next_seq)
            FROM chat_sessions s LEFT JOIN messages m ON m.session_id = s.id
            GROUP BY s.id HAVING count(m.id) <> coalesce(max(m.seq), 0) OR count(DISTINCT m.seq) <> count(m.id) OR s.next_seq <> count(m.id) + 1
            """),
        ("Temporary sessions, and no others, have an end", """
            SELECT format('session %s is %s temporary, its end is %s', id, CASE WHEN NOT temporary THEN 'not' END, coalesce(expires_at::text, 'missing'))
            FROM chat_sessions WHERE temporary <> (expires_at IS NOT NULL)
            """),
        ("At most one answer is being written in a session", """
            SELECT format('session %s: %s answers', session_id, count(*)) FROM messages WHERE status = 'generating' GROUP BY session_id HAVING count(*) > 1
            """),
        ("Every answer that is being written has a living instance", $"""
            SELECT format('message %s, instance %s', id, instance_id) FROM messages
            WHERE status = 'generating' AND (instance_id IS NULL OR instance_id NOT IN ({Alive}))
            """),
        ("A message belongs to its session's user", """
            SELECT format('message %s of %s in session of %s', m.id, m.user_id, s.user_id) FROM messages m JOIN chat_sessions s ON s.id = m.session_id WHERE m.user_id <> s.user_id
            """),
        ("A user's totals are the sums of the ledger", """
            SELECT format('user %s: totals %s + %s = %s in %s calls, ledger %s + %s in %s calls', user_id, u.prompt_tokens, u.completion_tokens, u.total_tokens, u.request_count, l.prompt, l.completion, l.calls)
            FROM (SELECT user_id, sum(prompt_tokens) prompt, sum(completion_tokens) completion, count(*) calls FROM usage_records GROUP BY user_id) l
            FULL JOIN user_usage u USING (user_id)
            WHERE (coalesce(u.prompt_tokens, 0), coalesce(u.completion_tokens, 0), coalesce(u.total_tokens, 0), coalesce(u.request_count, 0))
                IS DISTINCT FROM (coalesce(l.prompt, 0), coalesce(l.completion, 0), coalesce(l.prompt + l.completion, 0), coalesce(l.calls, 0))
            """),
        ("Tokens are set aside only for answers that are being written", """
            SELECT format('user %s: %s set aside, answers need %s', u.user_id, u.reserved_tokens, coalesce(m.reserved, 0))
            FROM user_usage u LEFT JOIN (SELECT user_id, sum(reserved_tokens) reserved FROM messages WHERE status = 'generating' GROUP BY user_id) m USING (user_id)
            WHERE u.reserved_tokens <> coalesce(m.reserved, 0)
            UNION ALL SELECT format('message %s is %s and keeps %s', id, status, reserved_tokens) FROM messages WHERE status <> 'generating' AND reserved_tokens <> 0
            """),
        ("The journal has only answers that are being written", """
            SELECT format('message %s is %s', m.id, m.status) FROM messages m WHERE m.status <> 'generating' AND EXISTS (SELECT FROM reply_deltas d WHERE d.message_id = m.id)
            """),
    ];

    /// <summary>All violations; none in a sound database.</summary>
    public static async Task<IReadOnlyList<Violation>> RunAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var found = new List<Violation>();
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, ct);
        foreach (var (rule, query) in Rules)
        {
#pragma warning disable CA2100 // constants
            await using var command = new NpgsqlCommand(query, connection, snapshot) { CommandTimeout = 0 };
#pragma warning restore CA2100
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                found.Add(new(rule, reader.GetString(0)));
            }
        }
        return found;
    }
}
