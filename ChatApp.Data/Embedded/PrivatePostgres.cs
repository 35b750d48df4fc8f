using System.Globalization;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ChatApp.Data.Embedded;

/// <summary>The private PostgreSQL server of a machine that was given none: started with the app, watched while it runs, stopped with it.</summary>
[UnsupportedOSPlatform("windows")]
public sealed partial class PrivatePostgres : IAsyncDisposable
{
    private const string Folder = "postgresql-";
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LostInterval = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly PostgresCluster _cluster;
    private readonly FileStream _lock;
    private readonly ILogger _log;
    private Task _watch = Task.CompletedTask;

    private PrivatePostgres(PostgresCluster cluster, FileStream directoryLock, ILogger log) =>
        (_cluster, _lock, _log) = (cluster, directoryLock, log);

    /// <summary>Starts the server; afterwards it answers.</summary>
    /// <param name="directory">Where the data lies; empty: the user's data folder.</param>
    /// <param name="durable">False for tests that can lose everything in a power cut.</param>
    /// <param name="log">Says what happens.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="InvalidOperationException">There are no usable binaries, or another app uses the folder: the message says what to do.</exception>
    public static async Task<PrivatePostgres> StartAsync(string? directory, bool durable, ILogger log, CancellationToken ct)
    {
        directory = Path.GetFullPath(string.IsNullOrEmpty(directory) ? ServerAccount.DefaultDataDirectory : directory);
        Directory.CreateDirectory(directory);
        var directoryLock = Lock(directory);
        try
        {
            var account = new ServerAccount();
            var binaries = await account.WithinReachAsync(Choose(await PostgresBinaries.FindAllAsync(ct), directory), directory, ct);
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

    /// <summary>How to reach the server that an app runs on this folder; null if none does.</summary>
    public static async Task<string?> FindRunningAsync(string? directory, string database, CancellationToken ct)
    {
        directory = Path.GetFullPath(string.IsNullOrEmpty(directory) ? ServerAccount.DefaultDataDirectory : directory);
        if (!Directory.Exists(directory))
        {
            return null;
        }
        var binaries = Choose(await PostgresBinaries.FindAllAsync(ct), directory);
        var cluster = new PostgresCluster(binaries, new ServerAccount(), Path.Combine(directory, Folder + binaries.Major), durable: true);
        return cluster.ProcessId is not null && await cluster.TryAdoptAsync(ct) ? cluster.ConnectionString(database) : null;
    }

    public string ConnectionString(string database) => _cluster.ConnectionString(database);

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

    // A data folder belongs to one major version of PostgreSQL: use the one that made it, never begin an empty one beside it.
    private static PostgresBinaries Choose(IReadOnlyList<PostgresBinaries> found, string directory)
    {
        var made = Directory.GetDirectories(directory, Folder + "*")
            .Where(d => File.Exists(Path.Combine(d, "data", "PG_VERSION")))
            .Select(d => int.Parse(Path.GetFileName(d)[Folder.Length..], CultureInfo.InvariantCulture)).ToList();
        return (found, made) switch
        {
            ([], _) => throw new InvalidOperationException(
                "There is no PostgreSQL here to start. Run 'npm ci' in ChatApp's folder, or install PostgreSQL 15 or newer, "
                + "or name a server with ConnectionStrings__ChatApp."),
            (_, []) => found[0],
            _ => found.FirstOrDefault(b => made.Contains(b.Major)) ?? throw new InvalidOperationException(
                $"The data in {directory} was made by PostgreSQL {made.Max()}, of which the programs are missing. Install that version."),
        };
    }

    // The system drops the lock when the process ends, however it ends.
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

    // Brings a server back that was killed: requests fail for a moment, nothing committed is lost.
    private async Task WatchAsync()
    {
        for (var wait = WatchInterval; ;)
        {
            try
            {
                await Task.Delay(wait, _stopping.Token);
                if (_cluster.ProcessId is null)
                {
                    LogRestarting();
                    await _cluster.StartAsync(waiting: null, _stopping.Token);
                    NpgsqlConnection.ClearAllPools(); // their connections led to the dead one
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
                wait = LostInterval; // whatever it is, such as a full disk, it may pass
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Private PostgreSQL {Major} runs on the data in {Directory}{Adopted}")]
    private partial void LogStarted(int major, string directory, string adopted);

    [LoggerMessage(Level = LogLevel.Information, Message = "The PostgreSQL server on {Directory} lets nobody in yet, waiting for it")]
    private partial void LogWaiting(string directory);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The private PostgreSQL server has died, starting it again")]
    private partial void LogRestarting();

    [LoggerMessage(Level = LogLevel.Critical, Message = "The private PostgreSQL server cannot be started again, trying on: {Reason}")]
    private partial void LogLost(string reason);
}
