using System.Data.Common;
using System.Globalization;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Paging;
using ChatApp.Domain.Search;
using ChatApp.Domain.Text;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Data.Search;

/// <summary>Searches with PostgreSQL's full text search and trigrams.</summary>
internal sealed class MessageSearch(ChatDbContext db) : IMessageSearch
{
    private static int _runs;

    public async Task<IReadOnlyList<MessageMatch>> RankAsync(
        Guid userId, SearchQuery query, int limit, SearchCursor? after, DateTimeOffset now, CancellationToken ct)
    {
        var (sql, values) = SearchStatement.Compose(userId, query, limit, after, now);
        await db.Database.OpenConnectionAsync(ct);
        try
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // all values are parameters
            // The number keeps the driver from preparing the statement: a generic plan would assume that every word is rare.
            command.CommandText = string.Create(CultureInfo.InvariantCulture, $"{sql} -- {Interlocked.Increment(ref _runs)}");
#pragma warning restore CA2100
            foreach (var value in values)
            {
                var parameter = command.CreateParameter();
                parameter.Value = value;
                command.Parameters.Add(parameter);
            }
            return await ReadAsync(command, ct);
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    public Task<Page<ChatMessage, long>> FindInSessionAsync(Guid userId, Guid sessionId, string text, long after, int limit, CancellationToken ct) => db.Messages
        .FromSql($"SELECT * FROM messages WHERE user_id = {userId} AND content ILIKE {LikePattern.Containing(text)}").AsNoTracking()
        .InSession(userId, sessionId).Live().Where(m => m.Seq > after).OrderBy(m => m.Seq).ToPageAsync(limit, m => m.Seq, ct);

    private static async Task<IReadOnlyList<MessageMatch>> ReadAsync(DbCommand command, CancellationToken ct)
    {
        var rows = new List<MessageMatch>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            rows.Add(new(
                reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), Enum.Parse<MessageRole>(reader.GetString(3), ignoreCase: true),
                reader.GetFieldValue<DateTimeOffset>(4), reader.GetDouble(5), reader.GetString(6), reader.GetBoolean(7), reader.GetInt32(8),
                new(reader.GetFieldValue<DateTimeOffset>(9), reader.GetGuid(10))));
        }
        return rows;
    }
}
