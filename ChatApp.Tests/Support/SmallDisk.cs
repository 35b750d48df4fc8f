using System.Diagnostics;

namespace ChatApp.Tests.Support;

/// <summary>A small file system in memory that can be filled up. Only root can mount one.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _filler;

    private SmallDisk(string path) => (Path, _filler) = (path, System.IO.Path.Combine(path, "filler"));

    public string Path { get; }

    /// <summary>Mounts one that PostgreSQL's user can write to; ignores the test where that is not allowed.</summary>
    public static SmallDisk Mount(int megabytes)
    {
        var path = Directory.CreateTempSubdirectory("chatapp-disk-").FullName;
        if (Run($"mount -t tmpfs -o size={megabytes}m,mode=0777 chatapp-test '{path}'") is { Length: > 0 } reason)
        {
            Directory.Delete(path);
            Assert.Ignore($"A full disk needs the right to mount a file system: {reason}");
        }
        return new SmallDisk(path);
    }

    /// <summary>Makes a folder for the server's user.</summary>
    public string MakeFolder(string name)
    {
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(Path, name)).FullName;
        Assert.That(Run($"chown nobody '{folder}' && chmod 700 '{folder}'"), Is.Empty);
        return folder;
    }

    /// <summary>Leaves no free byte.</summary>
    public void Fill()
    {
        var zeros = new byte[4096];
        using var file = new FileStream(_filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                file.Write(zeros);
            }
        }
        catch (IOException)
        {
            // It is full.
        }
    }

    /// <summary>Frees what <see cref="Fill"/> has used.</summary>
    public void Free() => File.Delete(_filler);

    public void Dispose()
    {
        Run($"umount -l '{Path}'");
        Directory.Delete(Path);
    }

    // Its errors; empty if it has succeeded.
    private static string Run(string command)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? "" : $"{errors.Trim()} ({process.ExitCode})";
    }
}
