using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Npgsql;

namespace ChatApp.Data.Embedded;

/// <summary>One PostgreSQL data folder with the server on it. Connections go through a Unix socket that only the server's user and root can open.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class PostgresCluster
{
    private const int Port = 5432; // names the socket; nothing listens on the network
    private const int SocketPathMaxLength = 107; // sockaddr_un(7)
    private const int MaxLaunches = 40; // ten seconds

    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RecoveryPatience = TimeSpan.FromMinutes(10);

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

    /// <summary>Connects as the cluster's owner.</summary>
    public string ConnectionString(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = _socket,
        Port = Port,
        Database = database,
        Username = "postgres",
        Password = _password,
        SslMode = SslMode.Disable,
    }.ConnectionString;

    /// <summary>The server's process, or null if it is dead.</summary>
    public int? ProcessId => ReadPidFile() is [var first, ..] && int.TryParse(first, CultureInfo.InvariantCulture, out var pid) && IsPostgres(pid) ? pid : null;

    /// <summary>Makes the data folder if there is none, in one step: a half-made one is never taken for a whole one.</summary>
    public async Task InitializeAsync(CancellationToken ct)
    {
        await _account.MakePrivateDirectoryAsync(_root, ct);
        var passwordFile = Path.Combine(_root, "password");
        if (!File.Exists(Path.Combine(_data, "PG_VERSION")))
        {
            await File.WriteAllTextAsync(passwordFile, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)), ct);
            File.SetUnixFileMode(passwordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            await _account.GiveAsync(passwordFile, ct);
            var unfinished = _data + ".new";
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }
            try
            {
                // Letters beyond ASCII count as letters to trigrams only if the system's own character types say so.
                await Tool.RunAsync(_binaries.Path("initdb"), [.. InitArguments(unfinished, passwordFile), "--lc-ctype=C.UTF-8"], _account.User, ct);
            }
            catch (InvalidOperationException)
            {
                await Tool.RunAsync(_binaries.Path("initdb"), InitArguments(unfinished, passwordFile), _account.User, ct); // a system without this locale
            }
            Directory.Move(unfinished, _data);
        }
        _password = (await File.ReadAllTextAsync(passwordFile, ct)).Trim();
    }

    /// <summary>
    /// Starts the server, or takes over the one that an app left behind when it was killed. After a crash PostgreSQL recovers by itself, which may take a while.
    /// </summary>
    /// <param name="waiting">Told once if a running server does not let anybody in yet.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>Whether a running server was taken over.</returns>
    /// <exception cref="InvalidOperationException">It could not be started, or lets nobody in.</exception>
    public async Task<bool> StartAsync(Action? waiting, CancellationToken ct)
    {
        var (begun, launches, ours) = (Stopwatch.GetTimestamp(), 0, false);
        while (!await TryAdoptAsync(ct))
        {
            if (ProcessId is null)
            {
                ours = await TryLaunchAsync(isLastTry: ++launches == MaxLaunches, ct);
            }
            else if (Stopwatch.GetElapsedTime(begun) > RecoveryPatience)
            {
                throw new InvalidOperationException($"The PostgreSQL server on {_data} runs but lets nobody in. Its log, postgres.log, lies beside its data.");
            }
            else
            {
                waiting?.Invoke();
                waiting = null;
                await Task.Delay(RetryInterval, ct);
            }
        }
        return !ours;
    }

    /// <summary>Stops the server: open transactions are rolled back, everything committed is on disk.</summary>
    public async Task StopAsync(CancellationToken ct)
    {
        if (ProcessId is not null)
        {
            await Tool.RunAsync(_binaries.Path("pg_ctl"), ["stop", "-w", "-s", "-m", "fast", "-t", "30", "-D", _data], _account.User, ct);
        }
        if (_socket != _root && Directory.Exists(_socket) && !Directory.EnumerateFileSystemEntries(_socket).Any())
        {
            Directory.Delete(_socket);
        }
    }

    private List<string> InitArguments(string data, string passwordFile)
    {
        List<string> arguments = ["-D", data, "-U", "postgres", "-E", "UTF8", "-A", "scram-sha-256", "--pwfile", passwordFile, "--data-checksums"];
        // From 17 on PostgreSQL brings a Unicode locale that needs nothing of the machine.
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
        + " -c log_error_verbosity=terse" // details of errors quote data
        + (_durable ? "" : " -c fsync=off -c synchronous_commit=off -c full_page_writes=off");

    /// <summary>Connects to the server if one runs on the data folder.</summary>
    /// <returns>False if none runs, or it lets nobody in at the moment because it is starting, recovering or stopping.</returns>
    public async Task<bool> TryAdoptAsync(CancellationToken ct)
    {
        if (ReadPidFile() is { Length: > 4 } lines && Directory.Exists(lines[4]))
        {
            _socket = lines[4];
        }
        if (ProcessId is null)
        {
            // Left by a crash. PostgreSQL would refuse to start if the number were another process of this user by now, or one not waited for.
            File.Delete(Path.Combine(_data, "postmaster.pid"));
            File.Delete(Path.Combine(_socket, $".s.PGSQL.{Port}.lock"));
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
        // Once: those who are connected go on looking for a server that was started again where it was.
        if (_socket == _root && Path.Combine(_root, $".s.PGSQL.{Port}").Length > SocketPathMaxLength)
        {
            _socket = Directory.CreateTempSubdirectory("chatapp-").FullName;
            await _account.MakePrivateDirectoryAsync(_socket, ct);
        }
        // pg_ctl gives the server a session of its own, so that Ctrl+C in a terminal reaches only the app, which stops the server last.
        string[] start = ["start", "-w", "-s", "-t", "60", "-D", _data, "-l", Path.Combine(_root, "postgres.log"), "-o", ServerOptions()];
        try
        {
            await Tool.RunAsync(_binaries.Path("pg_ctl"), start, _account.User, ct);
            return true;
        }
        catch (InvalidOperationException) when (!isLastTry)
        {
            // The processes of a killed server hold its shared memory for some moments more; or it recovers for longer than pg_ctl waits.
            await Task.Delay(RetryInterval, ct);
            return ProcessId is not null;
        }
    }

    // Its lines: process, data folder, start time, port, socket folder, address, shared memory, status.
    private string[] ReadPidFile()
    {
        try
        {
            return File.ReadAllLines(Path.Combine(_data, "postmaster.pid"));
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static bool IsPostgres(int pid)
    {
        try
        {
            if (!OperatingSystem.IsLinux())
            {
                using var process = Process.GetProcessById(pid);
                return process.ProcessName == "postgres";
            }
            var stat = File.ReadAllText($"/proc/{pid}/stat"); // "123 (postgres) S …"; Z is a process that nobody has waited for
            return stat.Contains("(postgres)", StringComparison.Ordinal) && stat[stat.LastIndexOf(')') + 2] != 'Z';
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            return false;
        }
    }
}
