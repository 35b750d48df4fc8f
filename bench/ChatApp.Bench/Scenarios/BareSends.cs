using System.Diagnostics;
using Npgsql;

namespace ChatApp.Bench.Scenarios;

/// <summary>The bound of sending: the changes of accepting a message and closing its reply, in two transactions, with Npgsql alone.</summary>
internal static class BareSends
{
    private const string Accept = """
        WITH session AS (
            UPDATE chat_sessions SET next_seq = next_seq + 2, message_count = message_count + 2, last_message_at = $5, last_activity_at = $5, updated_at = $5
            WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL RETURNING *),
        question AS (
            INSERT INTO messages (id, session_id, user_id, seq, role, content, status, usage_estimated, tool_calls, metadata, created_at, updated_at, reserved_tokens)
            SELECT $3, id, user_id, next_seq - 2, 'user', 'Hello there!', 'complete', false, '[]', '{}', $5, $5, 0 FROM session),
        reply AS (
            INSERT INTO messages (id, session_id, user_id, seq, role, content, status, model, usage_estimated, tool_calls, metadata, created_at, updated_at, instance_id, reserved_tokens)
            SELECT $4, id, user_id, next_seq - 1, 'assistant', '', 'generating', 'scripted', false, '[]', '{}', $5, $5, 1, 0 FROM session)
        SELECT next_seq FROM session
        """;

    private const string Close = """
        WITH session AS (UPDATE chat_sessions SET last_message_at = $5, last_activity_at = $5, updated_at = $5 WHERE user_id = $2 AND id = $1 RETURNING id),
        reply AS (
            UPDATE messages m SET content = 'This is a reply.', status = 'complete', prompt_tokens = 10, completion_tokens = 10, instance_id = NULL, updated_at = $5
            FROM session WHERE m.user_id = $2 AND m.session_id = session.id AND m.id = $4 AND status = 'generating' RETURNING m.id),
        ledger AS (
            INSERT INTO usage_records (id, user_id, session_id, message_id, purpose, provider, model, prompt_tokens, completion_tokens, estimated, duration_milliseconds, created_at)
            SELECT $3, $2, $1, $4, 'reply', 'bench', 'scripted', 10, 10, false, 1, $5 FROM reply),
        totals AS (
            INSERT INTO user_usage AS u (user_id, prompt_tokens, completion_tokens, total_tokens, request_count, reserved_tokens, created_at, updated_at)
            SELECT $2, 10, 10, 20, 1, 0, $5, $5 FROM reply
            ON CONFLICT (user_id) DO UPDATE SET prompt_tokens = u.prompt_tokens + 10, completion_tokens = u.completion_tokens + 10,
                total_tokens = u.total_tokens + 20, request_count = u.request_count + 1, updated_at = $5),
        journal AS (DELETE FROM reply_deltas d USING reply WHERE d.user_id = $2 AND d.message_id = reply.id)
        SELECT count(*) FROM reply
        """;

    /// <summary>Sends until the time is up, with a connection per user.</summary>
    /// <returns>How long each send took.</returns>
    public static async Task<IReadOnlyList<Latencies>> RunAsync(string connectionString, IReadOnlyList<BenchUser> users, TimeSpan duration)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = users.Count + 1, NoResetOnClose = true };
        await using var source = NpgsqlDataSource.Create(settings);
        var started = Stopwatch.GetTimestamp();
        return await Task.WhenAll(users.Select(u => Task.Run(() => SendAsync(source, u, started, duration))));
    }

    private static async Task<Latencies> SendAsync(NpgsqlDataSource source, BenchUser user, long started, TimeSpan duration)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var accept = new NpgsqlCommand(Accept, connection);
        await using var close = new NpgsqlCommand(Close, connection);
        var latencies = new Latencies();
        for (var i = 0; Stopwatch.GetElapsedTime(started) < duration; i++)
        {
            var (sent, sessionId, replyId) = (Stopwatch.GetTimestamp(), user.Sessions[i % user.Sessions.Count], Guid.CreateVersion7());
            await ExecuteAsync(accept, sessionId, user.Id, replyId);
            await ExecuteAsync(close, sessionId, user.Id, replyId);
            latencies.AddSince(sent);
        }
        return latencies;
    }

    private static async Task ExecuteAsync(NpgsqlCommand command, Guid sessionId, Guid userId, Guid replyId)
    {
        command.Parameters.Clear();
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = sessionId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Guid.CreateVersion7() });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = replyId });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = TimeProvider.System.GetUtcNow().UtcDateTime });
        if (await command.ExecuteScalarAsync() is null)
        {
            throw new InvalidOperationException("There is no such session.");
        }
    }
}
