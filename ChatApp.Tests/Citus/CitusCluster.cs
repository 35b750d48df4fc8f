using System.Globalization;
using ChatApp.Data;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ChatApp.Tests.Citus;

/// <summary>A new database on every node of the cluster whose coordinator is named in <see cref="Variable"/>, migrated and then distributed as an operator would do it.</summary>
internal sealed class CitusCluster : IAsyncDisposable
{
    public const string Variable = "CHATAPP_TEST_CITUS";

    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"chatapp_test_{Environment.ProcessId}");
    private readonly List<NpgsqlConnectionStringBuilder> _workers = [];
    private readonly NpgsqlConnectionStringBuilder _coordinator;

    private CitusCluster(string coordinator) => _coordinator = new(coordinator) { Pooling = false, CommandTimeout = 300 };

    /// <summary>The new database on the coordinator.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(_coordinator.ConnectionString) { Database = _name, Pooling = true, CommandTimeout = 30 }.ConnectionString;

    public static async Task<CitusCluster> CreateAsync(string coordinator)
    {
        var cluster = new CitusCluster(coordinator);
        await cluster.CreateAsync();
        return cluster;
    }

    /// <summary>Runs SQL in the new database on the coordinator.</summary>
    /// <returns>The first column of the rows.</returns>
    public Task<IReadOnlyList<object>> RunAsync(string sql) => RunAsync(_coordinator, _name, sql);

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        foreach (var node in _workers.Prepend(_coordinator))
        {
            await RunAsync(node, node.Database!, $"DROP DATABASE IF EXISTS {_name} WITH (FORCE)");
        }
    }

    private async Task CreateAsync()
    {
        var host = _coordinator.Host!;
        foreach (var address in await RunAsync(_coordinator, _coordinator.Database!, "SELECT nodename || ':' || nodeport FROM pg_dist_node WHERE groupid <> 0 AND isactive ORDER BY nodeid"))
        {
            var parts = ((string)address).Split(':');
            _workers.Add(new(_coordinator.ConnectionString) { Host = parts[0], Port = int.Parse(parts[1], CultureInfo.InvariantCulture) });
        }
        foreach (var node in _workers.Append(_coordinator))
        {
            await RunAsync(node, node.Database!, $"CREATE DATABASE {_name}");
            await RunAsync(node, _name, "CREATE EXTENSION citus");
        }
        await RunAsync(string.Create(CultureInfo.InvariantCulture, $"SELECT citus_set_coordinator_host('{host}', {_coordinator.Port})::text"));
        foreach (var worker in _workers)
        {
            await RunAsync(string.Create(CultureInfo.InvariantCulture, $"SELECT citus_add_node('{worker.Host}', {worker.Port})"));
        }
        await using (var db = new ChatDbContext(new DbContextOptionsBuilder<ChatDbContext>().UseChatApp(ConnectionString).Options))
        {
            await db.Database.MigrateAsync();
        }
        await RunAsync(await File.ReadAllTextAsync(Repository.PathOf("migrations", "citus.sql")));
    }

    private static async Task<IReadOnlyList<object>> RunAsync(NpgsqlConnectionStringBuilder node, string database, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(node.ConnectionString) { Database = database, Pooling = false }.ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // the names are generated here
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        var values = new List<object>();
        await using var reader = await command.ExecuteReaderAsync();
        do
        {
            while (await reader.ReadAsync())
            {
                values.Add(reader.GetValue(0));
            }
        }
        while (await reader.NextResultAsync());
        return values;
    }
}
