using System.Globalization;
using System.Security.Cryptography;
using ChatApp.Data.Startup;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Chat.Replies;

namespace ChatApp.Data.Instances;

/// <summary>The instances in PostgreSQL: NOTIFY between them, and an advisory lock for each live one.</summary>
public sealed class PostgresInstances : IInstances
{
    internal const string Channel = "chatapp_instances";

    private const string StopPrefix = "stop:";
    private const int ChangesPerMessage = 100; // a payload has at most 8,000 bytes

    private readonly DatabaseConnection _database;
    private readonly string _self;

    public PostgresInstances(DatabaseConnection database)
    {
        _database = database;
        _self = Id.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Also the key of the advisory lock: 62 random bits.</summary>
    public long Id { get; } = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & long.MaxValue | 1L << 61;

    public event Action<IReadOnlyCollection<SessionChange>>? Received;

    public event Action<Guid>? StopRequested;

    public event Action? Reconnected;

    public async Task PublishAsync(IReadOnlyCollection<SessionChange> changes, CancellationToken ct)
    {
        foreach (var some in changes.Chunk(ChangesPerMessage).DefaultIfEmpty([]))
        {
            await NotifyAsync($"{_self} {string.Join(' ', some.Select(c => $"{c.UserId}:{c.SessionId}"))}", ct);
        }
    }

    public Task PublishStopAsync(Guid replyId, CancellationToken ct) => NotifyAsync(StopPrefix + replyId, ct);

    public async Task<IReadOnlySet<long>> FindDeadAsync(IReadOnlyCollection<long> instances, CancellationToken ct)
    {
        // Reads the locks instead of trying to take them, which would hold them for a moment.
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

    internal void OnReconnected() => Reconnected?.Invoke();

    internal void OnNotification(string payload)
    {
        if (payload.StartsWith(StopPrefix, StringComparison.Ordinal) && Guid.TryParse(payload.AsSpan(StopPrefix.Length), out var replyId))
        {
            StopRequested?.Invoke(replyId);
        }
        else if (payload.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var sender, .. var changes] && sender != _self)
        {
            Received?.Invoke([.. changes.Select(Parse)]);
        }
    }

    private static SessionChange Parse(string change) =>
        change.Split(':') is [var user, var session] && Guid.TryParse(user, out var userId)
            ? new(userId, Guid.TryParse(session, out var sessionId) ? sessionId : null)
            : default;

    private async Task NotifyAsync(string payload, CancellationToken ct)
    {
        await using var command = _database.Source.CreateCommand("SELECT pg_notify($1, $2)");
        command.Parameters.Add(new() { Value = Channel });
        command.Parameters.Add(new() { Value = payload });
        await command.ExecuteNonQueryAsync(ct);
    }
}
