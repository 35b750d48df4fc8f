using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ChatApp.Bench.Serving;

/// <summary>The bound of reading: authentication, the rows and the same JSON, with prepared statements in bare Kestrel. <see cref="Scenarios.ReadRun"/> compares it with the app.</summary>
internal sealed class BareReads(NpgsqlDataSource source)
{
    public const string Command = "serve-bare-reads";

    private const int PageLength = 50;
    private const string Cursor = "there is more";

    private const string WhoSql = """
        SELECT u.id FROM access_tokens t JOIN users u ON u.id = t.user_id
        WHERE t.hash = $1 AND t.kind = 'access' AND t.ended_at IS NULL AND t.expires_at > $2 AND u.disabled_at IS NULL
        """;

    private const string ListSql = """
        SELECT s.id, s.thread_id, s.title, s.persona, s.metadata::text, s.message_count, s.last_message_at, s.pinned, s.temporary, s.expires_at, s.created_at, s.updated_at, s.deleted_at,
            (SELECT left(m.content, 120) FROM messages m WHERE m.user_id = $1 AND m.session_id = s.id AND m.deleted_at IS NULL AND m.content <> '' ORDER BY m.seq DESC LIMIT 1), s.last_activity_at, s.archived
        FROM chat_sessions s
        WHERE s.user_id = $1 AND s.deleted_at IS NULL AND NOT s.unlisted AND NOT s.archived AND (s.last_activity_at, s.id) < ($2, $3)
        ORDER BY s.last_activity_at DESC, s.id DESC LIMIT 51
        """;

    private const string TotalsSql = """
        SELECT sum(message_count)::bigint, max(last_message_at), coalesce((SELECT total_tokens FROM user_usage WHERE user_id = $1), 0), (
            SELECT m.created_at FROM messages m JOIN chat_sessions s ON s.user_id = m.user_id AND s.id = m.session_id
            WHERE m.user_id = $1 AND m.deleted_at IS NULL AND s.deleted_at IS NULL ORDER BY m.created_at LIMIT 1)
        FROM chat_sessions WHERE user_id = $1 AND deleted_at IS NULL
        """;

    private const string SessionSql = "SELECT thread_id, message_count FROM chat_sessions WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL";

    private const string HistorySql = """
        SELECT id, role, content, status, model, prompt_tokens, completion_tokens, usage_estimated, tool_calls::text, metadata::text, created_at, updated_at, deleted_at, seq
        FROM messages WHERE user_id = $3 AND session_id = $1 AND deleted_at IS NULL AND seq < $2 ORDER BY seq DESC LIMIT 51
        """;

    public static Task<int> RunAsync(string connectionString)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(new BareReads(NpgsqlDataSource.Create(connectionString)).RespondAsync);
        return ServedProcess.RunAsync(app);
    }

    private async Task RespondAsync(HttpContext http)
    {
        await using var connection = await source.OpenConnectionAsync();
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(http.Request.Headers.Authorization.ToString()["Bearer ".Length..]));
        await using var who = Prepare(connection, WhoSql, hash, DateTime.UnixEpoch.AddTicks(TimeProvider.System.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks));
        var user = (Guid)(await who.ExecuteScalarAsync() ?? throw new InvalidOperationException("The token is unknown."));
        http.Response.ContentType = "application/json; charset=utf-8";
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        if (http.Request.Path == "/list")
        {
            await ListAsync(http, connection, user, json);
        }
        else
        {
            await HistoryAsync(http, connection, user, json);
        }
        json.WriteEndObject();
        await json.FlushAsync();
    }

    private static async Task ListAsync(HttpContext http, NpgsqlConnection connection, Guid user, Utf8JsonWriter json)
    {
        var query = http.Request.Query;
        var (after, afterId) = query["after"] is [{ } time] ? (DateTime.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal), Guid.Parse(query["id"]!)) : (DateTime.MaxValue, Guid.AllBitsSet);
        json.WriteString("user_id", user);
        json.WriteString("thread_id", $"user-{user}");
        await using (var totals = Prepare(connection, TotalsSql, user))
        await using (var sums = await totals.ExecuteReaderAsync())
        {
            await sums.ReadAsync();
            json.WriteNumber("total_messages", sums.GetInt64(0));
            json.WriteNumber("total_tokens_used", sums.GetInt64(2));
            WriteTime(json, "session_start", sums, 3);
            WriteTime(json, "last_activity", sums, 1);
        }
        await using var list = Prepare(connection, ListSql, user, after, afterId);
        await using var rows = await list.ExecuteReaderAsync();
        var count = 0;
        json.WriteStartArray("sessions");
        for (; await rows.ReadAsync(); count++)
        {
            if (count < PageLength)
            {
                WriteSession(json, user, rows);
            }
        }
        json.WriteEndArray();
        json.WriteNumber("count", Math.Min(count, PageLength));
        json.WriteString("next_cursor", count > PageLength ? Cursor : null);
    }

    private static void WriteSession(Utf8JsonWriter json, Guid user, NpgsqlDataReader row)
    {
        json.WriteStartObject();
        json.WriteString("_id", row.GetGuid(0));
        json.WriteString("id", row.GetGuid(0));
        json.WriteString("thread_id", row.GetString(1));
        json.WriteString("user_id", user);
        json.WriteString("title", row.GetString(2));
        json.WriteString("persona", row.GetString(3));
        json.WritePropertyName("metadata");
        json.WriteRawValue(row.GetString(4));
        json.WriteNumber("message_count", row.GetInt32(5));
        WriteTime(json, "last_message_at", row, 6);
        json.WriteBoolean("pinned", row.GetBoolean(7));
        json.WriteBoolean("archived", row.GetBoolean(15));
        json.WriteBoolean("temporary", row.GetBoolean(8));
        WriteTime(json, "expires_at", row, 9);
        WriteTime(json, "created_at", row, 10);
        WriteTime(json, "updated_at", row, 11);
        WriteTime(json, "deleted_at", row, 12);
        json.WriteString("preview", row.IsDBNull(13) ? "" : row.GetString(13));
        WriteTime(json, "timestamp", row, 14);
        json.WriteEndObject();
    }

    private static async Task HistoryAsync(HttpContext http, NpgsqlConnection connection, Guid user, Utf8JsonWriter json)
    {
        var (sessionId, before) = (Guid.Parse(http.Request.Query["session"]!), long.Parse(http.Request.Query["before"]!, CultureInfo.InvariantCulture));
        await using (var session = Prepare(connection, SessionSql, sessionId, user))
        await using (var found = await session.ExecuteReaderAsync())
        {
            await found.ReadAsync();
            json.WriteString("thread_id", found.GetString(0));
            json.WriteString("session_id", sessionId);
            json.WriteNumber("message_count", found.GetInt32(1));
        }
        await using var history = Prepare(connection, HistorySql, sessionId, before, user);
        var messages = new List<object?[]>(PageLength + 1); // newest first
        await using (var rows = await history.ExecuteReaderAsync())
        {
            while (await rows.ReadAsync())
            {
                var message = new object?[rows.FieldCount];
                rows.GetValues(message!);
                messages.Add(message);
            }
        }
        json.WriteStartArray("messages");
        foreach (var message in messages.Take(PageLength).Reverse())
        {
            WriteMessage(json, user, sessionId, message);
        }
        json.WriteEndArray();
        json.WriteNumber("count", Math.Min(messages.Count, PageLength));
        json.WriteString("next_cursor", messages.Count > PageLength ? Cursor : null);
    }

    private static void WriteMessage(Utf8JsonWriter json, Guid user, Guid session, object?[] row)
    {
        json.WriteStartObject();
        json.WriteString("_id", (Guid)row[0]!);
        json.WriteString("id", (Guid)row[0]!);
        json.WriteString("session_id", session);
        json.WriteString("user_id", user);
        json.WriteString("role", (string)row[1]!);
        json.WriteString("content", (string)row[2]!);
        json.WriteString("status", (string)row[3]!);
        json.WriteString("model", row[4] as string);
        json.WriteNull("usage"); // messages of the bench have none
        json.WritePropertyName("tool_calls");
        json.WriteRawValue((string)row[8]!);
        json.WritePropertyName("metadata");
        json.WriteRawValue((string)row[9]!);
        WriteTime(json, "created_at", row[10]);
        WriteTime(json, "updated_at", row[11]);
        WriteTime(json, "timestamp", row[10]);
        WriteTime(json, "deleted_at", row[12]);
        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, NpgsqlDataReader row, int column) =>
        WriteTime(json, name, row.IsDBNull(column) ? null : row.GetDateTime(column));

    private static void WriteTime(Utf8JsonWriter json, string name, object? time) =>
        json.WriteString(name, time is DateTime t ? t.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture) : null);

#pragma warning disable CA2100 // the constants above
    private static NpgsqlCommand Prepare(NpgsqlConnection connection, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection); // prepared automatically after five executions
#pragma warning restore CA2100
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        return command;
    }
}
