using System.Runtime.Versioning;

namespace ChatApp.Data.Embedded;

/// <summary>PostgreSQL refuses to run as root. Started by root, the server runs as an unprivileged user, who must be able to reach its files.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class ServerAccount
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The user to run as; null: ourselves.</summary>
    public string? User { get; } = Environment.IsPrivilegedProcess ? "nobody" : null;

    /// <summary>Where data is kept unless configured.</summary>
    public static string DefaultDataDirectory => Path.Combine(
        Environment.IsPrivilegedProcess ? "/var/lib" : Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create),
        "chatapp");

    /// <summary>Makes a folder that only the server's user can enter.</summary>
    /// <exception cref="InvalidOperationException">That user could not get there.</exception>
    public async Task MakePrivateDirectoryAsync(string path, CancellationToken ct)
    {
        Directory.CreateDirectory(path);
        if (User is not null && !IsReachable(Path.GetDirectoryName(path)!))
        {
            throw new InvalidOperationException(
                $"The private PostgreSQL server runs as '{User}', who cannot reach {path}. Choose another folder with Database__DataDirectory.");
        }
        await GiveAsync(path, ct);
        File.SetUnixFileMode(path, Private);
    }

    /// <summary>Gives a file or folder to the server's user.</summary>
    public Task GiveAsync(string path, CancellationToken ct) =>
        User is null ? Task.CompletedTask : Tool.RunAsync("/bin/chown", [User, path], user: null, ct);

    /// <summary>The binaries themselves where the server's user can reach them; else a copy of the whole installation below <paramref name="root"/>.</summary>
    public async Task<PostgresBinaries> WithinReachAsync(PostgresBinaries binaries, string root, CancellationToken ct)
    {
        if (User is null || IsReachable(binaries.Directory))
        {
            return binaries;
        }
        var copy = Path.Combine(root, $"binaries-{binaries.Major}");
        if (!Directory.Exists(copy))
        {
            var unfinished = copy + ".new";
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }
            await Tool.RunAsync("/bin/cp", ["-R", Path.GetDirectoryName(binaries.Directory)!, unfinished], user: null, ct);
            Directory.Move(unfinished, copy);
        }
        return binaries with { Directory = Path.Combine(copy, "bin") };
    }

    private static bool IsReachable(string path)
    {
        for (var d = new DirectoryInfo(path); d is not null; d = d.Parent)
        {
            if (!d.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
            {
                return false;
            }
        }
        return true;
    }
}
