using ChatApp.Data.Embedded;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChatApp.Data.Startup;

/// <summary>The configured database, for a command outside the app. It uses the private server if it runs, and starts it otherwise.</summary>
public sealed class DatabaseAccess : IAsyncDisposable
{
    private readonly IAsyncDisposable? _server;

    private DatabaseAccess(string connectionString, IAsyncDisposable? server) => (ConnectionString, _server) = (connectionString, server);

    public string ConnectionString { get; }

    public static async Task<DatabaseAccess> OpenAsync(DatabaseSettings settings, CancellationToken ct)
    {
        if (!string.IsNullOrWhiteSpace(settings.ConnectionString))
        {
            return new(settings.ConnectionString, null);
        }
        if (OperatingSystem.IsWindows())
        {
            throw new InvalidOperationException(DatabaseStartup.NoPrivateServer);
        }
        if (await PrivatePostgres.FindRunningAsync(settings.DataDirectory, DatabaseStartup.PrivateDatabase, ct) is { } running)
        {
            return new(running, null);
        }
        var server = await PrivatePostgres.StartAsync(settings.DataDirectory, durable: true, NullLogger.Instance, ct);
        return new(server.ConnectionString(DatabaseStartup.PrivateDatabase), server);
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
