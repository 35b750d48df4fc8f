using System.Globalization;
using System.Security.Cryptography;
using ChatApp.Data.Startup;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Ports;

namespace ChatApp.Data.Replies;

/// <summary>The journal in PostgreSQL: one insert for all pieces of a tick, advisory locks for who is alive, NOTIFY to wake the others.</summary>
public sealed class ReplyJournal : IReplyJournal
{
    internal const string Channel = "chatapp_replies";

    private const string StopPrefix = "stop:";
    private const int UsersPerCall = 200; // a payload may have 8,000 bytes

    private readonly DatabaseConnection _database;
    private readonly string _self;

    public ReplyJournal(DatabaseConnection database)
    {
        _database = database;
        _self = InstanceId.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Also the key of the advisory lock. Chance keeps it apart from others: 62 bits.</summary>
    public long InstanceId { get; } = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & long.MaxValue | 1L << 61;

    public event Action<IReadOnlyCollection<Guid>>? Changed;

    public event Action? Missed;

    public event Action<Guid>? StopRequested;

    public async Task AppendAsync(IReadOnlyCollection<ReplyDelta> pieces, CancellationToken ct)
    {
        // A piece that is written a second time, because the first time's answer got lost, has grown since.
        await using var command = _database.Source.CreateCommand($"""
            INSERT INTO reply_deltas (message_id, position, content, user_id)
            SELECT p.* FROM unnest($1, $2, $3, $4) AS p(message_id, position, content, user_id) JOIN messages m ON m.user_id = p.user_id AND m.id = p.message_id
            ON CONFLICT (user_id, message_id, position) DO UPDATE SET content = excluded.content;
            """);
        command.Parameters.Add(new() { Value = pieces.Select(p => p.MessageId).ToArray() });
        command.Parameters.Add(new() { Value = pieces.Select(p => p.Position).ToArray() });
        command.Parameters.Add(new() { Value = pieces.Select(p => p.Content).ToArray() });
        command.Parameters.Add(new() { Value = pieces.Select(p => p.UserId).ToArray() });
        await command.ExecuteNonQueryAsync(ct);
    }

    public async Task WakeAsync(IReadOnlyCollection<Guid> users, CancellationToken ct)
    {
        foreach (var some in users.Chunk(UsersPerCall).DefaultIfEmpty([]))
        {
            await NotifyAsync($"{_self} {string.Join(' ', some)}", ct);
        }
    }

    public Task RequestStopAsync(Guid replyId, CancellationToken ct) => NotifyAsync(StopPrefix + replyId, ct);

    public async Task<IReadOnlySet<long>> FindDeadAsync(IReadOnlyCollection<long> instances, CancellationToken ct)
    {
        // Looking at the locks instead of trying them: a lock that is tried is held for a moment.
        await using var command = _database.Source.CreateCommand("""
            SELECT id FROM unnest($1) AS id WHERE NOT EXISTS (
                SELECT FROM pg_locks
                WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND (classid::bigint << 32) | objid::bigint = id
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
            """);
        command.Parameters.Add(new() { Value = instances.ToArray() });
        var dead = new HashSet<long>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            dead.Add(reader.GetInt64(0));
        }
        return dead;
    }

    internal void MissCalls() => Missed?.Invoke();

    internal void Receive(string payload)
    {
        if (payload.StartsWith(StopPrefix, StringComparison.Ordinal) && Guid.TryParse(payload.AsSpan(StopPrefix.Length), out var replyId))
        {
            StopRequested?.Invoke(replyId);
        }
        else if (payload.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var sender, .. var users] && sender != _self)
        {
            Changed?.Invoke([.. users.Select(u => Guid.TryParse(u, out var id) ? id : Guid.Empty)]);
        }
    }

    private async Task NotifyAsync(string payload, CancellationToken ct)
    {
        await using var command = _database.Source.CreateCommand("SELECT pg_notify($1, $2)");
        command.Parameters.Add(new() { Value = Channel });
        command.Parameters.Add(new() { Value = payload });
        await command.ExecuteNonQueryAsync(ct);
    }
}
