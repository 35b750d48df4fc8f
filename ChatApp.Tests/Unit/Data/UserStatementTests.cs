using ChatApp.Tests.Support;

namespace ChatApp.Tests.Unit.Data;

/// <summary>The scanner that checks the recorded statements.</summary>
internal sealed class UserStatementTests
{
    [TestCase("SELECT * FROM messages WHERE user_id = $1 AND id = $2")]
    [TestCase("SELECT m.id FROM messages AS m WHERE m.id = @id AND m.user_id = @user")]
    [TestCase("SELECT m.id FROM messages m JOIN chat_sessions s ON s.user_id = m.user_id AND s.id = m.session_id WHERE m.user_id = $1")]
    [TestCase("SELECT m.id FROM messages m JOIN chat_sessions s ON s.user_id = m.user_id AND s.id = m.session_id WHERE s.user_id = $1")]
    [TestCase("SELECT m.id FROM messages AS m WHERE m.user_id = @u AND EXISTS (SELECT 1 FROM chat_sessions AS c WHERE c.user_id = m.user_id AND c.id = m.session_id)")]
    [TestCase("SELECT c.id, (SELECT m.content FROM messages AS m WHERE m.user_id = c.user_id LIMIT 1) FROM chat_sessions AS c WHERE (c.user_id = @u) AND (c.a OR c.b)")]
    [TestCase("INSERT INTO messages (id, user_id) VALUES (@p0, @p1); INSERT INTO user_usage AS u (user_id, a) VALUES ($1, 0) ON CONFLICT (user_id) DO UPDATE SET a = u.a + 1 WHERE u.a < 5")]
    [TestCase("UPDATE messages AS m SET deleted_at = @now WHERE m.user_id = @u AND m.id = @id")]
    [TestCase("UPDATE messages m SET status = 'x' FROM session WHERE m.user_id = session.user_id AND m.id = $1")]
    [TestCase("DELETE FROM reply_deltas WHERE user_id = ANY ($1)")]
    [TestCase("SELECT d.* FROM unnest($1, $2) AS f(id, user_id) JOIN reply_deltas d ON d.user_id = f.user_id AND d.message_id = f.id")]
    [TestCase("WITH s AS (UPDATE chat_sessions SET a = 1 WHERE user_id = $1 AND x IS NOT DISTINCT FROM $2 RETURNING user_id) INSERT INTO messages (user_id, id) SELECT user_id, $2 FROM s")]
    [TestCase("SELECT 1 FROM users WHERE id = $1")]
    [TestCase("SELECT 1 -- FROM messages\n")]
    [TestCase("SELECT a FROM chat_sessions WHERE user_id = $1 UNION ALL SELECT b FROM user_usage WHERE user_id = $1")]
    public void FindUnbound_UserNamedForEachTable_FindsNothing(string sql) => Assert.That(UserStatement.FindUnbound(sql), Is.Empty);

    [TestCase("SELECT * FROM messages WHERE id = $1", "messages")]
    [TestCase("SELECT * FROM \"messages\" AS m WHERE m.id = $1 -- AND m.user_id = $2", "messages m")]
    [TestCase("SELECT * FROM messages WHERE content = 'user_id = 1'", "messages")]
    [TestCase("SELECT * FROM messages WHERE user_id <> $1", "messages")]
    [TestCase("SELECT * FROM messages WHERE user_id = $1 OR id = $2", "messages")]
    [TestCase("SELECT * FROM messages WHERE NOT (user_id = $1)", "messages")]
    [TestCase("SELECT * FROM messages WHERE id = $1 AND (user_id = $2 OR session_id = $3)", "messages")]
    [TestCase("SELECT * FROM messages WHERE user_id = user_id", "messages")]
    [TestCase("SELECT m.id FROM messages m JOIN chat_sessions s ON s.id = m.session_id WHERE m.user_id = $1", "chat_sessions s")]
    [TestCase("SELECT m.id FROM messages m, chat_sessions s WHERE s.id = m.session_id AND m.user_id = $1", "chat_sessions s")]
    [TestCase("SELECT m.id FROM messages m JOIN users u ON u.id = m.user_id", "messages m")]
    [TestCase("SELECT 1 FROM chat_sessions AS c WHERE c.user_id = @u AND EXISTS (SELECT 1 FROM messages AS m WHERE m.session_id = c.id)", "messages m")]
    [TestCase("SELECT 1 FROM chat_sessions AS c WHERE EXISTS (SELECT 1 FROM messages AS m WHERE m.user_id = c.user_id)", "chat_sessions c, messages m")]
    [TestCase("SELECT c.id, (SELECT count(*) FROM messages AS m WHERE m.session_id = c.id) FROM chat_sessions AS c WHERE c.user_id = @u", "messages m")]
    [TestCase("INSERT INTO messages (id, session_id) VALUES ($1, $2)", "messages")]
    [TestCase("INSERT INTO messages (id, user_id) SELECT id, user_id FROM chat_sessions WHERE id = $1", "chat_sessions")]
    [TestCase("UPDATE messages SET user_id = $1 WHERE id = $2", "messages")]
    [TestCase("DELETE FROM reply_deltas d USING reply WHERE d.message_id = reply.id", "reply_deltas d")]
    [TestCase("WITH due AS (SELECT id FROM chat_sessions WHERE expires_at < $1) SELECT 1 FROM due", "chat_sessions")]
    [TestCase("SELECT 1; DELETE FROM public.messages WHERE id = $1", "messages")]
    [TestCase("SELECT a FROM chat_sessions WHERE user_id = $1 UNION ALL SELECT b FROM user_usage", "user_usage")]
    public void FindUnbound_TableWithoutItsUser_FindsIt(string sql, string table) => Assert.That(string.Join(", ", UserStatement.FindUnbound(sql)), Is.EqualTo(table));
}
