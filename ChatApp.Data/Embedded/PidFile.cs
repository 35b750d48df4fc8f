using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace ChatApp.Data.Embedded;

/// <summary>What a <c>postmaster.pid</c> says about the server of its data folder.</summary>
internal enum ServerState
{
    /// <summary>There is no file: no server runs.</summary>
    Absent,

    /// <summary>The server's process is running.</summary>
    Running,

    /// <summary>A crash has left the file behind: its process is proved not to be the server.</summary>
    Dead,

    /// <summary>The file, or its process, cannot be examined. The server may be running.</summary>
    Unknown,
}

/// <summary>
/// A read <c>postmaster.pid</c>. A server whose file is deleted shuts down, so every doubt, such as an exhausted limit of open files, is
/// <see cref="ServerState.Unknown"/> and not <see cref="ServerState.Dead"/>.
/// </summary>
/// <param name="State">The state of the server.</param>
/// <param name="Lines">Process id, data folder, start time, port, socket folder, address, shared memory, status.</param>
/// <param name="Doubt">Why the state is unknown.</param>
internal sealed record PidFile(ServerState State, IReadOnlyList<string> Lines, string? Doubt = null)
{
    public const string Name = "postmaster.pid";

    /// <summary>Reads the file of a data folder and looks at its process.</summary>
    /// <param name="data">The data folder.</param>
    /// <param name="proc">The process file system, where there is one.</param>
    public static PidFile Read(string data, string proc = "/proc")
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(Path.Combine(data, Name));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new(ServerState.Absent, []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(ServerState.Unknown, [], $"{Name} cannot be read: {e.Message}");
        }
        if (lines is not [var first, ..] || !int.TryParse(first, CultureInfo.InvariantCulture, out var pid) || pid <= 0)
        {
            return new(ServerState.Unknown, lines, $"{Name} does not begin with a process id");
        }
        try
        {
            var state = OperatingSystem.IsLinux() ? Examine(Path.Combine(proc, pid.ToString(CultureInfo.InvariantCulture)), lines) : Examine(pid);
            return new(state, lines);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException or Win32Exception)
        {
            return new(ServerState.Unknown, lines, $"process {pid} cannot be examined: {e.Message}");
        }
    }

    private static ServerState Examine(string process, string[] lines)
    {
        if (!Directory.Exists(Path.Combine(Path.GetDirectoryName(process)!, "self")))
        {
            throw new IOException("there is no /proc.");
        }
        string stat;
        try
        {
            stat = File.ReadAllText(Path.Combine(process, "stat")); // "123 (postgres) S …"; Z is a zombie, X is dead
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return ServerState.Dead;
        }
        catch (IOException) when (!Directory.Exists(process))
        {
            return ServerState.Dead; // it ended while it was read
        }
        var end = stat.LastIndexOf(')');
        if (end < 0 || end + 2 >= stat.Length)
        {
            throw new IOException("its state is incomplete.");
        }
        return !stat.Contains("(postgres)", StringComparison.Ordinal) || stat[end + 2] is 'Z' or 'X' || !IsOfThisFolder(process, lines) ? ServerState.Dead : ServerState.Running;
    }

    // Every process of a server runs in its data folder, and so finds the same file there; another server's finds its own.
    private static bool IsOfThisFolder(string process, string[] lines)
    {
        try
        {
            var found = File.ReadAllLines(Path.Combine(process, "cwd", Name));
            return found.Take(3).SequenceEqual(lines.Take(3)); // later lines are added while a server starts
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return true; // of another user: it may be ours
        }
    }

    private static ServerState Examine(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.ProcessName == "postgres" ? ServerState.Running : ServerState.Dead;
        }
        catch (ArgumentException)
        {
            return ServerState.Dead; // there is no such process
        }
    }
}
