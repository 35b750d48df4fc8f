using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Chat.Tools;
using ChatApp.Domain.Idempotency;
using ChatApp.Domain.Sessions;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Domain.Chat;

/// <summary>
/// The two transactions of a message's way, each one statement and so one round trip: PostgreSQL runs all parts of a statement or none.
/// Written as SQL because a change tracker needs five round trips for each.
/// </summary>
internal static class ReplyStatements
{
    extension(IChatDb db)
    {
        /// <summary>Gives the messages their numbers under the session's row lock, stores and counts them, and remembers the client's key.</summary>
        /// <returns>The session afterwards; null if the caller has no such live session, or has a quota and <paramref name="reserved"/> is null.</returns>
        public async Task<ChatSession?> AcceptAsync(
            Guid userId, SessionKey key, ChatMessage message, ChatMessage reply, Acceptance how, long? reserved, CancellationToken ct)
        {
            var (id, thread) = (key.Id, key.Value);
            var (requestKey, requestHash) = (how.Request?.Key, how.Request?.Hash ?? []);
            var rows = await db.Sessions.FromSql($"""
                WITH session AS (
                    UPDATE chat_sessions SET
                        next_seq = next_seq + 2,
                        message_count = message_count + 2,
                        last_message_at = greatest(last_activity_at, {message.CreatedAt}),
                        last_activity_at = greatest(last_activity_at, {message.CreatedAt}),
                        updated_at = greatest(updated_at, {message.CreatedAt}),
                        persona = coalesce({how.Persona}::text, persona),
                        model = nullif(coalesce({how.Model}::text, model), {ChatModel.Default}),
                        title = CASE WHEN title_is_automatic AND title = {ChatSession.DefaultTitle} THEN {how.Title} ELSE title END,
                        expires_at = NULL -- until the reply ends
                    WHERE user_id = {userId} AND id = coalesce( -- two looks into an index each; with OR it would read all of the user's sessions
                            (SELECT id FROM chat_sessions WHERE id = {id}::uuid AND user_id = {userId} AND deleted_at IS NULL),
                            (SELECT id FROM chat_sessions WHERE user_id = {userId} AND thread_id = {thread} AND deleted_at IS NULL))
                        AND deleted_at IS NULL
                        AND (expires_at IS NULL OR expires_at > {message.CreatedAt})
                        AND ({reserved}::bigint IS NOT NULL OR NOT EXISTS (SELECT FROM user_usage WHERE user_id = {userId} AND token_quota IS NOT NULL))
                    RETURNING *, xmin),
                question AS (
                    INSERT INTO messages (id, session_id, user_id, seq, role, content, status, usage_estimated, tool_calls, metadata, created_at, updated_at, reserved_tokens)
                    SELECT {message.Id}, id, user_id, next_seq - 2, 'user', {message.Content}, 'complete', false, jsonb_build_array(), jsonb_build_object(), {message.CreatedAt}, {message.CreatedAt}, 0
                    FROM session),
                answer AS (
                    INSERT INTO messages (id, session_id, user_id, seq, role, content, status, model, usage_estimated, tool_calls, metadata, created_at, updated_at, instance_id, reserved_tokens)
                    SELECT {reply.Id}, id, user_id, next_seq - 1, 'assistant', '', 'generating', coalesce(model, {reply.Model}::text), false, jsonb_build_array(), jsonb_build_object(), {reply.CreatedAt}, {reply.CreatedAt}, {reply.InstanceId}::bigint, {reserved ?? 0}
                    FROM session),
                key AS (
                    INSERT INTO idempotency_keys (user_id, key, request_hash, resource_id, created_at)
                    SELECT user_id, {requestKey}::text, {requestHash}, {reply.Id}, {message.CreatedAt} FROM session WHERE {requestKey}::text IS NOT NULL)
                SELECT * FROM session
                """).AsNoTracking().ToListAsync(ct);
            return rows.SingleOrDefault();
        }

        /// <summary>Stores an answer's end if it is still this instance's to end, with the ledger, the user's totals and the session's time.</summary>
        /// <returns>Whether it was.</returns>
        public async Task<bool> CloseAsync(ReplyDraft draft, DateTimeOffset now, TimeSpan temporaryIdleTimeout, CancellationToken ct)
        {
            var (reply, usage, calls) = (draft.Job.Reply, draft.Usage(), draft.Calls);
            var tools = ToolCall.ToJson(draft.ToolCalls);
            var (content, metadata, status) = (draft.Content, draft.Details.ToJson().GetRawText(), draft.Status.ToString().ToLowerInvariant());
            var closed = await db.Database.SqlQuery<int>($"""
                WITH session AS (
                    -- Locked first, as by everybody who changes messages: a send that holds it waits for this message's end.
                    UPDATE chat_sessions SET
                        last_message_at = greatest(last_activity_at, {now}), last_activity_at = greatest(last_activity_at, {now}), updated_at = greatest(updated_at, {now}),
                        expires_at = CASE WHEN temporary AND EXISTS (
                                SELECT FROM messages g WHERE g.user_id = {reply.UserId} AND g.id = {reply.Id} AND g.status = 'generating' AND g.instance_id IS NOT DISTINCT FROM {reply.InstanceId}::bigint)
                            THEN {now + temporaryIdleTimeout} ELSE expires_at END
                    WHERE user_id = {reply.UserId} AND id = {reply.SessionId}
                    RETURNING user_id, id),
                reply AS (
                    UPDATE messages m SET
                        content = {content}, status = {status}, metadata = {metadata}::jsonb, tool_calls = {tools}::jsonb,
                        prompt_tokens = {usage?.PromptTokens}::bigint, completion_tokens = {usage?.CompletionTokens}::bigint, usage_estimated = {usage?.Estimated ?? false},
                        instance_id = NULL, stop_requested_at = NULL, reserved_tokens = 0, updated_at = {now}
                    FROM session
                    WHERE m.user_id = session.user_id AND m.user_id = {reply.UserId} AND m.session_id = session.id AND m.id = {reply.Id} AND m.status = 'generating' AND m.instance_id IS NOT DISTINCT FROM {reply.InstanceId}::bigint
                    RETURNING m.id, m.session_id, m.user_id),
                ledger AS (
                    INSERT INTO usage_records (id, user_id, session_id, message_id, purpose, provider, model, prompt_tokens, completion_tokens, estimated, duration_milliseconds, created_at)
                    SELECT c.id, reply.user_id, reply.session_id, reply.id, c.purpose, c.provider, c.model, c.prompt, c.completion, c.estimated, c.duration, {now}
                    FROM reply, unnest(
                        {calls.Select(c => c.Id).ToArray()}, {calls.Select(c => c.Purpose.ToString().ToLowerInvariant()).ToArray()}, {calls.Select(c => c.Provider).ToArray()}, {calls.Select(c => c.Model).ToArray()},
                        {calls.Select(c => c.Usage.PromptTokens).ToArray()}, {calls.Select(c => c.Usage.CompletionTokens).ToArray()},
                        {calls.Select(c => c.Usage.Estimated).ToArray()}, {calls.Select(c => c.DurationMilliseconds).ToArray()})
                        AS c(id, purpose, provider, model, prompt, completion, estimated, duration)),
                totals AS (
                    INSERT INTO user_usage AS u (user_id, prompt_tokens, completion_tokens, total_tokens, request_count, reserved_tokens, created_at, updated_at)
                    SELECT user_id, {calls.Sum(c => c.Usage.PromptTokens)}, {calls.Sum(c => c.Usage.CompletionTokens)}, {calls.Sum(c => c.Usage.TotalTokens)}, {(long)calls.Count}, 0, {now}, {now}
                    FROM reply WHERE {calls.Count > 0 || reply.ReservedTokens > 0}
                    ON CONFLICT (user_id) DO UPDATE SET
                        prompt_tokens = u.prompt_tokens + excluded.prompt_tokens,
                        completion_tokens = u.completion_tokens + excluded.completion_tokens,
                        total_tokens = u.total_tokens + excluded.total_tokens,
                        request_count = u.request_count + excluded.request_count,
                        reserved_tokens = u.reserved_tokens - {reply.ReservedTokens},
                        updated_at = excluded.updated_at),
                journal AS (DELETE FROM reply_deltas d USING reply WHERE d.user_id = reply.user_id AND d.message_id = reply.id)
                SELECT count(*)::int AS "Value" FROM reply
                """).ToListAsync(ct);
            return closed.Single() == 1;
        }
    }
}

/// <summary>What else belongs to accepting a message.</summary>
/// <param name="Persona">The session's persona from now on; null leaves it.</param>
/// <param name="Model">The session's model from now on; null leaves it, <see cref="ChatModel.Default"/> leaves it to the app.</param>
/// <param name="Title">The session's title, if it has none yet.</param>
/// <param name="TemporaryIdleTimeout">How long a temporary session lives on.</param>
/// <param name="Request">The client's key.</param>
internal sealed record Acceptance(string? Persona, string? Model, string Title, TimeSpan TemporaryIdleTimeout, RequestKey? Request)
{
    /// <summary>How the answer is to be made.</summary>
    public ReplyOptions? Options { get; init; }
}
