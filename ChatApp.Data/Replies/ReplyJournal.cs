using ChatApp.Data.Startup;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Chat.Replies;

namespace ChatApp.Data.Replies;

/// <summary>The journal in PostgreSQL: one insert for all deltas of a tick.</summary>
public sealed class ReplyJournal(DatabaseConnection database) : IReplyJournal
{
    public async Task AppendAsync(IReadOnlyCollection<ReplyDelta> deltas, CancellationToken ct)
    {
        // A delta that is written again, because the first attempt's response was lost, has grown since. Deltas of deleted messages are dropped.
        await using var command = database.Source.CreateCommand("""
            INSERT INTO reply_deltas (user_id, message_id, position, content)
            SELECT m.user_id, m.id, d.position, d.content
            FROM unnest($1, $2, $3, $4) AS d(user_id, message_id, position, content) JOIN messages m ON m.user_id = d.user_id AND m.id = d.message_id
            ON CONFLICT (user_id, message_id, position) DO UPDATE SET content = excluded.content
            """);
        command.Parameters.Add(new() { Value = deltas.Select(d => d.UserId).ToArray() });
        command.Parameters.Add(new() { Value = deltas.Select(d => d.MessageId).ToArray() });
        command.Parameters.Add(new() { Value = deltas.Select(d => d.Position).ToArray() });
        command.Parameters.Add(new() { Value = deltas.Select(d => d.Content).ToArray() });
        await command.ExecuteNonQueryAsync(ct);
    }
}
