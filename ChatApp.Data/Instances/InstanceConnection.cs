using ChatApp.Data.Startup;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ChatApp.Data.Instances;

/// <summary>
/// The connection by which the others know that this instance is alive: it holds the instance's advisory lock, which PostgreSQL releases when the process dies,
/// and receives the other instances' notifications. It reconnects at once when it is lost.
/// </summary>
public sealed partial class InstanceConnection(DatabaseConnection database, PostgresInstances instances, TimeProvider clock, ILogger<InstanceConnection> log)
    : BackgroundService
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);

    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Returns once the lock is held, so that no reply is started by an instance that appears dead.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        await Task.WhenAny(_held.Task, ExecuteTask!).WaitAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var started = clock.GetTimestamp();
            try
            {
                await ListenAsync(stoppingToken);
            }
#pragma warning disable CA1031 // without this connection the others would take this instance for dead: retried whatever the cause
            catch (Exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogLost();
                var rest = RetryInterval - clock.GetElapsedTime(started); // none if the connection has lasted longer
                await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, clock, stoppingToken);
            }
        }
    }

    private async Task ListenAsync(CancellationToken ct)
    {
        // Keepalive detects a lost peer.
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false, KeepAlive = 10 };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(ct);
        connection.Notification += (_, e) => instances.OnNotification(e.Payload);
        await using (var take = new NpgsqlCommand($"SELECT pg_advisory_lock({instances.Id}); LISTEN {PostgresInstances.Channel}", connection))
        {
            await take.ExecuteNonQueryAsync(ct);
        }
        if (!_held.TrySetResult())
        {
            instances.OnReconnected();
        }
        while (true)
        {
            await connection.WaitAsync(ct);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection to the other instances is lost, reconnecting")]
    private partial void LogLost();
}
