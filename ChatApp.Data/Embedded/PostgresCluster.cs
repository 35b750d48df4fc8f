using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Npgsql;

namespace ChatApp.Data.Embedded;

/// <summary>A PostgreSQL data folder and its server. Connections use a Unix socket that only the server's user and root can open.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class PostgresCluster
{
    private const int Port = 5432; // names the socket; nothing listens on the network
    private const int SocketPathMaxLength = 107; // sockaddr_un(7)
    private const int MaxLaunches = 40; // ten seconds

    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan DoubtTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RecoveryTimeout = TimeSpan.FromMinutes(10);

    private readonly PostgresBinaries _binaries;
    private readonly ServerAccount _account;
    private readonly string _root;
    private readonly string _data;
    private readonly bool _durable;
    private string _password = "";
    private string _socket;

    public PostgresCluster(PostgresBinaries binaries, ServerAccount account, string root, bool durable)
    {
        (_binaries, _account, _root, _durable) = (binaries, account, root, durable);
        (_data, _socket) = (Path.Combine(root, "data"), root);
    }

    /// <summary>The connection string of the cluster's owner.</summary>
    public string ConnectionString(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = _socket,
        Port = Port,
        Database = database,
        Username = "postgres",
        Password = _password,
        SslMode = SslMode.Disable,
    }.ConnectionString;

    /// <summary>Whether the server runs.</summary>
    public PidFile Inspect() => PidFile.Read(_data);

    /// <summary>Creates the data folder if there is none, atomically: an incomplete one is never used.</summary>
    public async Task InitializeAsync(CancellationToken ct)
    {
        await _account.CreatePrivateDirectoryAsync(_root, ct);
        var passwordFile = Path.Combine(_root, "password");
        if (!File.Exists(Path.Combine(_data, "PG_VERSION")))
        {
            await File.WriteAllTextAsync(passwordFile, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)), ct);
            File.SetUnixFileMode(passwordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            await _account.ChangeOwnerAsync(passwordFile, ct);
            var unfinished = _data + ".new";
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }
            try
            {
                // pg_trgm recognises letters beyond ASCII only with a suitable LC_CTYPE.
                await ProcessRunner.RunAsync(_binaries.Path("initdb"), [.. InitArguments(unfinished, passwordFile), "--lc-ctype=C.UTF-8"], _account.User, ct);
            }
            catch (InvalidOperationException)
            {
                await ProcessRunner.RunAsync(_binaries.Path("initdb"), InitArguments(unfinished, passwordFile), _account.User, ct); // the system does not have this locale
            }
            Directory.Move(unfinished, _data);
        }
        _password = (await File.ReadAllTextAsync(passwordFile, ct)).Trim();
    }

    /// <summary>
    /// Starts the server, or adopts the one that a killed app left running. After a crash, PostgreSQL recovers by itself, which can take a while.
    /// </summary>
    /// <param name="waiting">Called once if a running server does not accept connections yet.</param>
    /// <param name="ct">Cancels the start.</param>
    /// <returns>Whether a running server was adopted.</returns>
    /// <exception cref="InvalidOperationException">The server could not be started, or does not accept connections.</exception>
    public async Task<bool> StartAsync(Action? waiting, CancellationToken ct)
    {
        var (started, launches, isOurs) = (Stopwatch.GetTimestamp(), 0, false);
        while (!await TryAdoptAsync(ct))
        {
            var file = Inspect();
            if (file.State is ServerState.Absent or ServerState.Dead)
            {
                isOurs = await TryLaunchAsync(isLastTry: ++launches == MaxLaunches, ct);
            }
            else if (file.State == ServerState.Unknown && Stopwatch.GetElapsedTime(started) > DoubtTimeout)
            {
                throw new InvalidOperationException(
                    $"Whether a PostgreSQL server runs on {_data} is unknown: {file.Doubt}. If none does, delete {Path.Combine(_data, PidFile.Name)} and start again.");
            }
            else if (Stopwatch.GetElapsedTime(started) > RecoveryTimeout)
            {
                throw new InvalidOperationException($"The PostgreSQL server on {_data} runs but does not accept connections. See postgres.log next to its data.");
            }
            else
            {
                waiting?.Invoke();
                waiting = null;
                await Task.Delay(RetryInterval, ct);
            }
        }
        return !isOurs;
    }

    /// <summary>Stops the server. Open transactions are rolled back; committed ones are on disk.</summary>
    public async Task StopAsync(CancellationToken ct)
    {
        if (Inspect().State is ServerState.Running or ServerState.Unknown)
        {
            await ProcessRunner.RunAsync(_binaries.Path("pg_ctl"), ["stop", "-w", "-s", "-m", "fast", "-t", "30", "-D", _data], _account.User, ct);
        }
        if (_socket != _root && Directory.Exists(_socket) && !Directory.EnumerateFileSystemEntries(_socket).Any())
        {
            Directory.Delete(_socket);
        }
    }

    private List<string> InitArguments(string data, string passwordFile)
    {
        List<string> arguments = ["-D", data, "-U", "postgres", "-E", "UTF8", "-A", "scram-sha-256", "--pwfile", passwordFile, "--data-checksums"];
        // Since 17, PostgreSQL has a built-in Unicode locale that does not depend on the system.
        arguments.AddRange(_binaries.Major >= 17 ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"] : ["--locale=C.UTF-8"]);
        if (!_durable)
        {
            arguments.Add("--no-sync");
        }
        return arguments;
    }

    private string ServerOptions() =>
        $"-k '{_socket}' -p {Port} -c listen_addresses='' -c unix_socket_permissions=0700"
        + " -c lock_timeout=4s -c idle_in_transaction_session_timeout=15s"
        + " -c log_error_verbosity=terse" // error details quote data
        + (_durable ? "" : " -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=400"); // many apps at once

    /// <summary>Connects to the server that runs on the data folder, if any.</summary>
    /// <returns>False if none runs, or if it is starting, recovering or stopping.</returns>
    public async Task<bool> TryAdoptAsync(CancellationToken ct)
    {
        var file = Inspect();
        if (file.Lines is [_, _, _, _, var socket, ..] && Directory.Exists(socket))
        {
            _socket = socket;
        }
        if (file.State == ServerState.Dead)
        {
            // PostgreSQL would not start if another process, or a zombie, had the recorded process id.
            File.Delete(Path.Combine(_socket, $".s.PGSQL.{Port}.lock"));
            File.Delete(Path.Combine(_data, PidFile.Name)); // last: it tells the next start to delete the other one, too
        }
        if (file.State != ServerState.Running)
        {
            return false;
        }
        try
        {
            _password = (await File.ReadAllTextAsync(Path.Combine(_root, "password"), ct)).Trim();
            await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false;Timeout=5");
            await connection.OpenAsync(ct);
            return true;
        }
        catch (NpgsqlException e) when (e.IsTransient)
        {
            return false;
        }
    }

    private async Task<bool> TryLaunchAsync(bool isLastTry, CancellationToken ct)
    {
        // Only once: after a restart of the server, clients must find it at the same path.
        if (_socket == _root && Path.Combine(_root, $".s.PGSQL.{Port}").Length > SocketPathMaxLength)
        {
            _socket = Directory.CreateTempSubdirectory("chatapp-").FullName;
            await _account.CreatePrivateDirectoryAsync(_socket, ct);
        }
        // pg_ctl starts the server in its own session, so that Ctrl+C reaches only the app, which stops the server last.
        string[] start = ["start", "-w", "-s", "-t", "60", "-D", _data, "-l", Path.Combine(_root, "postgres.log"), "-o", ServerOptions()];
        try
        {
            await ProcessRunner.RunAsync(_binaries.Path("pg_ctl"), start, _account.User, ct);
            return true;
        }
        catch (InvalidOperationException) when (!isLastTry)
        {
            // A killed server's processes hold its shared memory for a moment, or recovery takes longer than pg_ctl waits.
            await Task.Delay(RetryInterval, ct);
            return Inspect().State == ServerState.Running;
        }
    }
}
