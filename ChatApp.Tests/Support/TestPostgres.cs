using ChatApp.Data;
using ChatApp.Data.Embedded;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(3)]

namespace ChatApp.Tests.Support;

/// <summary>The test run's own PostgreSQL server, started when the first test needs it. Each fixture gets a copy of a migrated database.</summary>
internal static class TestPostgres
{
    private const string Template = "chatapp_template";

    private static readonly Lazy<Task<PrivatePostgres>> Server = new(StartAsync);
    private static readonly SemaphoreSlim Copying = new(1); // a template can be copied by one connection at a time
    private static readonly string Directory = Path.Combine(Path.GetTempPath(), $"chatapp-tests-{Environment.ProcessId}");
    private static int _copies;

    // A busy machine is not a fault: tests that want the app's own limits use a server of their own.
    private const string Patience = ";Timeout=10;Command Timeout=20";

    /// <summary>A connection string of a new, migrated, empty database.</summary>
    public static async Task<string> CopyAsync()
    {
        var name = $"test_{Interlocked.Increment(ref _copies)}";
        await Copying.WaitAsync();
        try
        {
            await AdministerAsync($"CREATE DATABASE {name} TEMPLATE {Template} STRATEGY file_copy");
        }
        finally
        {
            Copying.Release();
        }
        return (await Server.Value).ConnectionString(name) + Patience;
    }

    /// <summary>A connection string of a database that does not exist yet.</summary>
    public static async Task<string> MissingAsync() => (await Server.Value).ConnectionString($"missing_{Interlocked.Increment(ref _copies)}") + Patience;

    public static async Task DropAsync(string connectionString)
    {
        NpgsqlConnection.ClearPool(new NpgsqlConnection(connectionString));
        await AdministerAsync($"DROP DATABASE IF EXISTS {new NpgsqlConnectionStringBuilder(connectionString).Database} WITH (FORCE)");
    }

    public static async Task StopAsync()
    {
        if (Server.IsValueCreated)
        {
            NpgsqlConnection.ClearAllPools();
            await (await Server.Value).DisposeAsync();
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }

    private static async Task<PrivatePostgres> StartAsync()
    {
        var server = await PrivatePostgres.StartAsync(Directory, durable: false, NullLogger.Instance, CancellationToken.None);
        // Without a pool: a template can be copied only while it has no connections.
        var template = new NpgsqlConnectionStringBuilder(server.ConnectionString(Template)) { Pooling = false }.ConnectionString;
        await using var db = new ChatDbContext(new DbContextOptionsBuilder<ChatDbContext>().UseChatApp(template).Options);
        await db.Database.MigrateAsync();
        return server;
    }

    private static async Task AdministerAsync(string sql)
    {
        var server = await Server.Value;
        await using var connection = new NpgsqlConnection(server.ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
#pragma warning disable CA2100 // the names are generated here
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
