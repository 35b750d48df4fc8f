using System.Globalization;

namespace ChatApp.Bench;

/// <summary>The processes of the PostgreSQL server whose data is below a folder.</summary>
internal sealed class PostgresProcesses(string directory)
{
    private const int TicksPerSecond = 100; // USER_HZ, the same on all of Linux's architectures

    /// <summary>CPU time so far, including ended processes; zero where there is no <c>/proc</c>.</summary>
    public TimeSpan Processor
    {
        get
        {
            if (!OperatingSystem.IsLinux())
            {
                return TimeSpan.Zero;
            }
            var postmaster = File.ReadLines(Directory.EnumerateFiles(directory, "postmaster.pid", new EnumerationOptions { RecurseSubdirectories = true }).First()).First();
            var ticks = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(p => char.IsAsciiDigit(p![0]))
                .Select(Read).OfType<string[]>().Where(s => s[0] == postmaster || s[2] == postmaster)
                .Sum(s => s.Skip(12).Take(s[0] == postmaster ? 4 : 2).Sum(t => long.Parse(t, CultureInfo.InvariantCulture)));
            return TimeSpan.FromSeconds((double)ticks / TicksPerSecond);
        }
    }

    // proc_pid_stat(5) without the name: pid, state, ppid, …, utime, stime, cutime, cstime.
    private static string[]? Read(string? pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return [pid!, .. stat[(stat.LastIndexOf(')') + 2)..].Split(' ')];
        }
        catch (IOException)
        {
            return null; // it has just ended
        }
    }
}
