using System.Globalization;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ChatApp.Data.Embedded;

/// <summary>The private PostgreSQL server, for when none is configured: started with the app, restarted if it dies, and stopped with the app.</summary>
[UnsupportedOSPlatform("windows")]
public sealed partial class PrivatePostgres : IAsyncDisposable
{
    private const string Folder = "postgresql-";
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly PostgresCluster _cluster;
    private readonly FileStream _lock;
    private readonly ILogger _log;
    private Task _watch = Task.CompletedTask;

    private PrivatePostgres(PostgresCluster cluster, FileStream directoryLock, ILogger log) =>
        (_cluster, _lock, _log) = (cluster, directoryLock, log);

    /// <summary>Starts the server and waits until it accepts connections.</summary>
    /// <param name="directory">The data folder; empty for the user's default.</param>
    /// <param name="durable">Whether committed data survives a power failure; false only for tests.</param>
    /// <param name="log">The log.</param>
    /// <param name="ct">Cancels the start.</param>
    /// <exception cref="InvalidOperationException">There are no usable binaries, or another app uses the folder. The message says what to do.</exception>
    public static async Task<PrivatePostgres> StartAsync(string? directory, bool durable, ILogger log, CancellationToken ct)
    {
        directory = Path.GetFullPath(string.IsNullOrEmpty(directory) ? ServerAccount.DefaultDataDirectory : directory);
        Directory.CreateDirectory(directory);
        var directoryLock = Lock(directory);
        try
        {
            var account = new ServerAccount();
            var binaries = await account.EnsureReachableAsync(Choose(await PostgresBinaries.FindAllAsync(ct), directory), directory, ct);
            var cluster = new PostgresCluster(binaries, account, Path.Combine(directory, Folder + binaries.Major), durable);
            await cluster.InitializeAsync(ct);
            var server = new PrivatePostgres(cluster, directoryLock, log);
            var adopted = await cluster.StartAsync(() => server.LogWaiting(directory), ct);
            server.LogStarted(binaries.Major, directory, adopted ? " (it was still running)" : "");
            server._watch = server.WatchAsync();
            return server;
        }
        catch
        {
            await directoryLock.DisposeAsync();
            throw;
        }
    }

    /// <summary>The connection string of the server that runs on this folder; null if none does.</summary>
    public static async Task<string?> FindRunningAsync(string? directory, string database, CancellationToken ct)
    {
        directory = Path.GetFullPath(string.IsNullOrEmpty(directory) ? ServerAccount.DefaultDataDirectory : directory);
        if (!Directory.Exists(directory))
        {
            return null;
        }
        var binaries = Choose(await PostgresBinaries.FindAllAsync(ct), directory);
        var cluster = new PostgresCluster(binaries, new ServerAccount(), Path.Combine(directory, Folder + binaries.Major), durable: true);
        return cluster.Inspect().State == ServerState.Running && await cluster.TryAdoptAsync(ct) ? cluster.ConnectionString(database) : null;
    }

    /// <summary>The superuser's connection string.</summary>
    public string ConnectionString(string database) => _cluster.ConnectionString(database);

    /// <summary>The connection string of the app's own role, which owns the database.</summary>
    public Task<string> AppConnectionStringAsync(string database, CancellationToken ct) =>
        AppRole.EnsureAsync(new(_cluster.ConnectionString("postgres")), database, ct);

    /// <summary>Stops the server.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }
        await _stopping.CancelAsync();
        await _watch;
        await _cluster.StopAsync(CancellationToken.None);
        await _lock.DisposeAsync();
        _stopping.Dispose();
    }

    // A data folder requires the major version that created it. Never silently starts with an empty one of another version.
    private static PostgresBinaries Choose(IReadOnlyList<PostgresBinaries> found, string directory)
    {
        var existing = Directory.GetDirectories(directory, Folder + "*")
            .Where(d => File.Exists(Path.Combine(d, "data", "PG_VERSION")))
            .Select(d => int.Parse(Path.GetFileName(d)[Folder.Length..], CultureInfo.InvariantCulture)).ToList();
        return (found, existing) switch
        {
            ([], _) => throw new InvalidOperationException(
                "PostgreSQL was not found. Run 'npm ci' in ChatApp's folder, or install PostgreSQL 15 or newer, "
                + "or set ConnectionStrings__ChatApp to a server."),
            (_, []) => found[0],
            _ => found.FirstOrDefault(b => existing.Contains(b.Major)) ?? throw new InvalidOperationException(
                $"The data in {directory} was created by PostgreSQL {existing.Max()}, which is not installed. Install that version."),
        };
    }

    // The operating system releases the lock when the process ends.
    private static FileStream Lock(string directory)
    {
        try
        {
            return new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new InvalidOperationException(
                $"Another ChatApp uses the data in {directory}. Stop it, choose another folder with Database__DataDirectory, "
                + "or let several instances share a server with ConnectionStrings__ChatApp.", e);
        }
    }

    // Restarts a server that has died. Requests fail for a moment, but nothing committed is lost.
    private async Task WatchAsync()
    {
        var hasDoubt = false;
        for (var wait = WatchInterval; ;)
        {
            try
            {
                await Task.Delay(wait, _stopping.Token);
                var (state, _, doubt) = _cluster.Inspect();
                if (doubt is not null && !hasDoubt)
                {
                    LogDoubt(doubt);
                }
                hasDoubt = doubt is not null;
                if (state is ServerState.Absent or ServerState.Dead) // in doubt, the server is left alone
                {
                    LogRestarting();
                    await _cluster.StartAsync(waiting: null, _stopping.Token);
                    NpgsqlConnection.ClearAllPools(); // their connections are broken
                }
                wait = WatchInterval;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is InvalidOperationException or NpgsqlException or IOException)
            {
                LogLost(e.Message);
                wait = RetryInterval; // the cause, such as a full disk, may be temporary
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Private PostgreSQL {Major} is running on the data in {Directory}{Adopted}")]
    private partial void LogStarted(int major, string directory, string adopted);

    [LoggerMessage(Level = LogLevel.Information, Message = "Waiting for the PostgreSQL server on {Directory} to accept connections")]
    private partial void LogWaiting(string directory);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The private PostgreSQL server has died; restarting it")]
    private partial void LogRestarting();

    [LoggerMessage(Level = LogLevel.Error, Message = "Whether the private PostgreSQL server runs is unknown at the moment: {Doubt}")]
    private partial void LogDoubt(string doubt);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The private PostgreSQL server could not be restarted; retrying: {Reason}")]
    private partial void LogLost(string reason);
}
