using ChatApp.Data.Startup;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ChatApp.Data.Replies;

/// <summary>
/// The one connection that says that this instance lives: it holds the instance's advisory lock, which PostgreSQL drops when the process dies,
/// and listens to the other instances. Lost, it is made again at once.
/// </summary>
public sealed partial class InstanceConnection(DatabaseConnection database, ReplyJournal journal, TimeProvider clock, ILogger<InstanceConnection> log)
    : BackgroundService
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);

    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Returns when the lock is held, so that no answer is begun by an instance that seems dead.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        await Task.WhenAny(_held.Task, ExecuteTask!).WaitAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var begun = clock.GetTimestamp();
            try
            {
                await ListenAsync(stoppingToken);
            }
#pragma warning disable CA1031 // without this connection the others would take this instance for dead: whatever it is, it is made again
            catch (Exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogLost();
                var rest = RetryInterval - clock.GetElapsedTime(begun); // at once, if it has held for longer
                await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, clock, stoppingToken);
            }
        }
    }

    private async Task ListenAsync(CancellationToken ct)
    {
        // Keepalive notices a peer that is gone without a word.
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false, KeepAlive = 10 };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(ct);
        connection.Notification += (_, e) => journal.Receive(e.Payload);
        await using (var take = new NpgsqlCommand($"SELECT pg_advisory_lock({journal.InstanceId}); LISTEN {ReplyJournal.Channel}", connection))
        {
            await take.ExecuteNonQueryAsync(ct);
        }
        if (!_held.TrySetResult())
        {
            journal.MissCalls(); // what was said while nobody listened
        }
        while (true)
        {
            await connection.WaitAsync(ct);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection to the other instances is lost, making it again")]
    private partial void LogLost();
}
