using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace ChatApp.Tests.Support;

/// <summary>A folder for a private PostgreSQL server's data, accessible to the unprivileged user that it runs as.</summary>
internal sealed class DataFolder : IDisposable
{
    private static int _count;

    /// <summary>Creates a folder.</summary>
    /// <param name="name">Its name, or a path; its parent is deleted with it.</param>
    public DataFolder(string name = "data") =>
        Path = Directory.CreateDirectory(System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"chatapp-faults-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}", name)).FullName;

    public string Path { get; }

    /// <summary>The folder that PostgreSQL calls its data directory.</summary>
    public string Cluster => System.IO.Path.Combine(Directory.GetDirectories(Path, "postgresql-*").Single(), "data");

    private string PostmasterPath => System.IO.Path.Combine(Cluster, "postmaster.pid");

    /// <summary>The lines of <c>postmaster.pid</c>: process id, data directory, start time, port, socket directory, …</summary>
    public IReadOnlyList<string> PostmasterFile => File.ReadAllLines(PostmasterPath);

    /// <summary>The server's first process.</summary>
    public int Postmaster => int.Parse(PostmasterFile[0], CultureInfo.InvariantCulture);

    /// <summary>A connection string of the running server's owner.</summary>
    public string ConnectionString(string database) => ConnectionString(Path, database);

    /// <summary>Kills the server, as the kernel does when memory runs out, and waits until the app has started another one.</summary>
    public async Task KillServerAsync()
    {
        var killed = Postmaster;
        await AppProcess.SignalAsync("KILL", killed);
        await Eventually.TrueAsync(
            () => File.Exists(PostmasterPath) && File.ReadLines(PostmasterPath).FirstOrDefault() is { Length: > 0 } pid && pid != $"{killed}", "the server is started again");
    }

    /// <summary>All processes of the server: the first one and its children.</summary>
    public IReadOnlyList<int> Processes()
    {
        var all = Directory.GetDirectories("/proc").Select(d => int.TryParse(System.IO.Path.GetFileName(d), out var pid) ? pid : 0).Where(pid => pid > 0)
            .Select(pid => (Pid: pid, Parent: ParentOf(pid), IsFirst: CommandLineOf(pid).Contains($"-D\0{Path}/", StringComparison.Ordinal))).ToList();
        var first = all.Where(p => p.IsFirst).Select(p => p.Pid).ToHashSet();
        return [.. all.Where(p => p.IsFirst || first.Contains(p.Parent)).Select(p => p.Pid)];
    }

    /// <summary>A connection string of the owner of the server that runs on a data folder.</summary>
    public static string ConnectionString(string path, string database)
    {
        var root = Directory.GetDirectories(path, "postgresql-*").Single();
        var lines = File.ReadAllLines(System.IO.Path.Combine(root, "data", "postmaster.pid"));
        return new NpgsqlConnectionStringBuilder
        {
            Host = lines[4],
            Port = int.Parse(lines[3], CultureInfo.InvariantCulture),
            Database = database,
            Username = "postgres",
            Password = File.ReadAllText(System.IO.Path.Combine(root, "password")).Trim(),
        }.ConnectionString;
    }

    public void Dispose()
    {
        // A failed test may leave a server behind.
        foreach (var pid in Processes())
        {
            try
            {
                using var process = Process.GetProcessById(pid);
                process.Kill();
                process.WaitForExit();
            }
            catch (ArgumentException)
            {
                // It has already exited.
            }
        }
        Directory.Delete(System.IO.Path.GetDirectoryName(Path)!, recursive: true);
    }

    private static string CommandLineOf(int pid) => Read($"/proc/{pid}/cmdline");

    private static int ParentOf(int pid)
    {
        var stat = Read($"/proc/{pid}/stat"); // "123 (a name) S 7 …"
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 1 && fields[0] != "Z" ? int.Parse(fields[1], CultureInfo.InvariantCulture) : 0;
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // it has exited
        }
    }
}
