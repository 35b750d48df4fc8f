using ChatApp.Data.Startup;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Chat.Replies;
using Npgsql;

namespace ChatApp.Data.Replies;

/// <summary>The journal in PostgreSQL: one insert for all deltas of a tick.</summary>
public sealed class ReplyJournal(DatabaseConnection database) : IReplyJournal
{
    // A statement that a frozen server runs late, after its client has given up, must not add to a reply that has ended since. Waiting for the row of
    // a reply that is just being closed shows its new status; a close waits in turn, and deletes what was added.
    private const string Append = """
        INSERT INTO reply_deltas (user_id, message_id, position, content)
        SELECT m.user_id, m.id, d.position, d.content
        FROM unnest($1, $2, $3, $4) AS d(user_id, message_id, position, content) JOIN messages m ON m.user_id = d.user_id AND m.id = d.message_id
        WHERE m.status = 'generating'
        """;

    private const string Lock = "FOR SHARE OF m";

    // A delta that is written again, because the first attempt's response was lost, has grown since.
    private const string Replace = "ON CONFLICT (user_id, message_id, position) DO UPDATE SET content = excluded.content";

    // Citus locks rows for one user at a time only. There the recovery removes what a late statement has added.
    private volatile bool _canLock = true;

    public async Task AppendAsync(IReadOnlyCollection<ReplyDelta> deltas, CancellationToken ct)
    {
        try
        {
            await ExecuteAsync(_canLock ? $"{Append} {Lock} {Replace}" : $"{Append} {Replace}", deltas, ct);
        }
        catch (PostgresException e) when (_canLock && e.SqlState == PostgresErrorCodes.FeatureNotSupported)
        {
            _canLock = false;
            await ExecuteAsync($"{Append} {Replace}", deltas, ct);
        }
    }

    private async Task ExecuteAsync(string statement, IReadOnlyCollection<ReplyDelta> deltas, CancellationToken ct)
    {
        await using var command = database.Source.CreateCommand(statement);
        command.Parameters.Add(new() { Value = deltas.Select(d => d.UserId).ToArray() });
        command.Parameters.Add(new() { Value = deltas.Select(d => d.MessageId).ToArray() });
        command.Parameters.Add(new() { Value = deltas.Select(d => d.Position).ToArray() });
        command.Parameters.Add(new() { Value = deltas.Select(d => d.Content).ToArray() });
        await command.ExecuteNonQueryAsync(ct);
    }
}
