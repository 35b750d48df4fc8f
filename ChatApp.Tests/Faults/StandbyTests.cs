using ChatApp.Data.Embedded;
using ChatApp.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace ChatApp.Tests.Faults;

/// <summary>The database's primary is lost, and its synchronous standby takes over.</summary>
internal sealed class StandbyTests
{
    [Test]
    public async Task Primary_LostWhileClientsSend_StandbyHasEverythingAndTheAppGoesOn()
    {
        using var first = new DataFolder();
        using var second = new DataFolder();
        await using var primary = await StartAsync(first);
        var standby = await CopyAsync(first, second, primary);
        await using (standby)
        {
            await ExecuteAsync(primary.ConnectionString("postgres"), "ALTER ROLE postgres SET synchronous_commit = on"); // off in the tests' servers
            await ExecuteAsync(primary.ConnectionString("postgres"), "ALTER SYSTEM SET synchronous_standby_names = '*'");
            await ExecuteAsync(primary.ConnectionString("postgres"), "SELECT pg_reload_conf()");
            await Eventually.TrueAsync(
                async () => (bool)(await ExecuteAsync(primary.ConnectionString("postgres"), "SELECT EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync')"))!,
                "the standby is synchronous");
            var both = new NpgsqlConnectionStringBuilder(primary.ConnectionString("chat")) { TargetSessionAttributes = "primary" };
            both.Host += "," + new NpgsqlConnectionStringBuilder(standby.ConnectionString("chat")).Host;
            await using var app = await TestApp.StartAsync(connectionString: both.ConnectionString, adjust: b => new GatedModel().AddTo(b.Services));
            var user = await app.RegisterAsync();
            var clients = await SendingClients.StartAsync(user.Client, user.Client, user.Client, user.Client);
            await clients.MoreAsync(40);

            await LoseAsync(first);
            await ExecuteAsync(standby.ConnectionString("postgres"), "SELECT pg_promote()");

            await clients.MoreAsync(20);
            await clients.StopAsync();
            Assert.That(clients.Retries, Is.GreaterThan(0), "the loss has had an effect");
            await clients.AssertNothingLostAsync(user.Client);
        }
    }

    private static Task<PrivatePostgres> StartAsync(DataFolder folder) => PrivatePostgres.StartAsync(folder.Path, durable: false, NullLogger.Instance, CancellationToken.None);

    // A base backup by PostgreSQL's functions; pg_basebackup is not part of the private server.
    private static async Task<PrivatePostgres> CopyAsync(DataFolder from, DataFolder to, PrivatePostgres primary)
    {
        await using var connection = new NpgsqlConnection(primary.ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using (var start = new NpgsqlCommand("SELECT pg_backup_start('standby', fast => true)", connection))
        {
            await start.ExecuteNonQueryAsync();
        }
        var version = Path.GetFileName(Path.GetDirectoryName(from.Cluster))!;
        await ShellAsync($"cp -a '{Path.GetDirectoryName(from.Cluster)}' '{to.Path}' && cd '{to.Path}/{version}/data' && rm -f postmaster.* ../.s.PGSQL* && find pg_wal -type f -delete");
        await using (var stop = new NpgsqlCommand("SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)", connection))
        {
            await File.WriteAllTextAsync(Path.Combine(to.Cluster, "backup_label"), (string)(await stop.ExecuteScalarAsync())!);
        }
        var source = new NpgsqlConnectionStringBuilder(primary.ConnectionString("postgres"));
        await File.WriteAllTextAsync(Path.Combine(to.Cluster, "standby.signal"), "");
        await File.AppendAllTextAsync(
            Path.Combine(to.Cluster, "postgresql.auto.conf"), $"primary_conninfo = 'host={source.Host} port={source.Port} user={source.Username} password={source.Password}'\n");
        await ShellAsync($"chown -R --reference='{from.Cluster}' '{to.Path}/{version}'");
        return await StartAsync(to);
    }

    // As with its machine: it is killed and does not come back.
    private static async Task LoseAsync(DataFolder folder)
    {
        var processes = folder.Processes();
        Directory.Move(folder.Cluster, folder.Cluster + ".lost");
        await AppProcess.SignalAsync("KILL", processes);
    }

    private static async Task ShellAsync(string command)
    {
        using var process = System.Diagnostics.Process.Start("/bin/sh", ["-c", command]);
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, command);
    }

    private static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
#pragma warning disable CA2100 // constants
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }
}
