using ChatApp.Data.Embedded;
using ChatApp.Domain.Errors;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ChatApp.Data.Startup;

/// <summary>Starts the private server if needed, creates the database and migrates it, before anything else starts. Stops the server after everything else.</summary>
public sealed partial class DatabaseStartup(
    DatabaseConnection connection, IServiceProvider services, IOptions<DatabaseSettings> settings, TimeProvider clock, ILogger<DatabaseStartup> log)
    : IHostedLifecycleService
{
    internal const string PrivateDatabase = "chatapp";
    internal const string NoPrivateServer = "On Windows, set ConnectionStrings__ChatApp to a PostgreSQL server.";

    // One instance at a time migrates. EF Core's own lock does not cover the creation of its history table.
    private const long MigrationLock = 0x43686174_00000002;

    private PrivatePostgres? _server;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (!string.IsNullOrWhiteSpace(settings.Value.ConnectionString))
        {
            connection.ConnectionString = settings.Value.ConnectionString;
        }
        else if (OperatingSystem.IsWindows())
        {
            throw new InvalidOperationException(NoPrivateServer);
        }
        else
        {
            _server = await PrivatePostgres.StartAsync(settings.Value.DataDirectory, durable: true, log, cancellationToken);
            connection.ConnectionString = await _server.AppConnectionStringAsync(PrivateDatabase, cancellationToken);
        }
        await CreateDatabaseAsync(cancellationToken);
        await MigrateAsync(cancellationToken);
    }

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        NpgsqlConnection.ClearAllPools();
        if (_server is not null && !OperatingSystem.IsWindows())
        {
            await _server.DisposeAsync();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task CreateDatabaseAsync(CancellationToken ct)
    {
        var target = new NpgsqlConnectionStringBuilder(connection.ConnectionString) { Pooling = false };
        var started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                await using var existing = new NpgsqlConnection(target.ConnectionString);
                await existing.OpenAsync(ct);
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidCatalogName)
            {
                await CreateDatabaseAsync(target, ct);
            }
            catch (NpgsqlException e) when (e.IsDatabaseUnavailable && clock.GetElapsedTime(started) < settings.Value.StartupPatience)
            {
                LogWaiting(e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), clock, ct);
            }
        }
    }

    private static async Task CreateDatabaseAsync(NpgsqlConnectionStringBuilder target, CancellationToken ct)
    {
        var maintenance = new NpgsqlConnectionStringBuilder(target.ConnectionString) { Database = "postgres" };
        await using var source = NpgsqlDataSource.Create(maintenance.ConnectionString);
        var name = target.Database!.Replace("\"", "\"\"", StringComparison.Ordinal);
        try
        {
            await using var create = source.CreateCommand($"CREATE DATABASE \"{name}\" ENCODING 'UTF8' TEMPLATE template0");
            await create.ExecuteNonQueryAsync(ct);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another instance has created it.
        }
    }

    private async Task MigrateAsync(CancellationToken ct)
    {
        var builder = new NpgsqlConnectionStringBuilder(connection.ConnectionString) { CommandTimeout = 0, Pooling = false };
        await using var lockConnection = new NpgsqlConnection(builder.ConnectionString);
        await lockConnection.OpenAsync(ct);
        await using var acquire = new NpgsqlCommand($"SET lock_timeout = 0; SELECT pg_advisory_lock({MigrationLock})", lockConnection);
        await acquire.ExecuteNonQueryAsync(ct);

        await using var scope = services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<ChatDbContext>().Database;
        var pending = (await database.GetPendingMigrationsAsync(ct)).ToList();
        if (pending.Count > 0)
        {
            LogMigrating(pending.Count);
            ((NpgsqlConnection)database.GetDbConnection()).Notice += LogWarning;
            database.SetCommandTimeout(TimeSpan.FromMinutes(10));
            await database.MigrateAsync(ct);
        }
    }

    // Migrations raise warnings for optional parts that could not be applied.
    private void LogWarning(object sender, NpgsqlNoticeEventArgs e)
    {
        if (e.Notice.InvariantSeverity == "WARNING")
        {
            LogMigrationWarning(e.Notice.MessageText);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private partial void LogMigrationWarning(string warning);

    [LoggerMessage(Level = LogLevel.Information, Message = "Waiting for the database: {Reason}")]
    private partial void LogWaiting(string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Applying {Count} migrations to the database")]
    private partial void LogMigrating(int count);
}
