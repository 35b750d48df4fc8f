using System.Globalization;

namespace ChatApp.Tests.Support;

/// <summary>A folder for a private PostgreSQL server's data, where also its unprivileged user can get.</summary>
internal sealed class DataFolder : IDisposable
{
    private static int _count;

    public DataFolder(string name = "data") =>
        Path = Directory.CreateDirectory(System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"chatapp-faults-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}", name)).FullName;

    public string Path { get; }

    /// <summary>The server's first process, as its own file says.</summary>
    public int Postmaster => int.Parse(
        File.ReadLines(Directory.GetFiles(Path, "postmaster.pid", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }).Single()).First(),
        CultureInfo.InvariantCulture);

    /// <summary>All processes of the server that lives here, the first one and its children.</summary>
    public IReadOnlyList<int> Processes()
    {
        var all = Directory.GetDirectories("/proc").Select(d => int.TryParse(System.IO.Path.GetFileName(d), out var pid) ? pid : 0).Where(pid => pid > 0)
            .Select(pid => (Pid: pid, Parent: ParentOf(pid), IsFirst: CommandLineOf(pid).Contains($"-D\0{Path}/", StringComparison.Ordinal))).ToList();
        var first = all.Where(p => p.IsFirst).Select(p => p.Pid).ToHashSet();
        return [.. all.Where(p => p.IsFirst || first.Contains(p.Parent)).Select(p => p.Pid)];
    }

    public void Dispose() => Directory.Delete(System.IO.Path.GetDirectoryName(Path)!, recursive: true);

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
            return ""; // it has ended
        }
    }
}
