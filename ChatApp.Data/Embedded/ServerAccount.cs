using System.Runtime.Versioning;

namespace ChatApp.Data.Embedded;

/// <summary>
/// The operating system user of the server. PostgreSQL does not run as root, so if root starts the app, the server runs as an unprivileged user, who
/// must be able to reach its files.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class ServerAccount
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The user to run as; null for the current one.</summary>
    public string? User { get; } = Environment.IsPrivilegedProcess ? "nobody" : null;

    /// <summary>The default data folder.</summary>
    public static string DefaultDataDirectory => Path.Combine(
        Environment.IsPrivilegedProcess ? "/var/lib" : Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create),
        "chatapp");

    /// <summary>Creates a folder that only the server's user can access.</summary>
    /// <exception cref="InvalidOperationException">The server's user cannot reach the folder.</exception>
    public async Task CreatePrivateDirectoryAsync(string path, CancellationToken ct)
    {
        Directory.CreateDirectory(path);
        if (User is not null && !IsReachable(Path.GetDirectoryName(path)!))
        {
            throw new InvalidOperationException(
                $"The private PostgreSQL server runs as '{User}', who cannot reach {path}. Choose another folder with Database__DataDirectory.");
        }
        await ChangeOwnerAsync(path, ct);
        File.SetUnixFileMode(path, Private);
    }

    /// <summary>Makes the server's user the owner of a file or folder.</summary>
    public Task ChangeOwnerAsync(string path, CancellationToken ct) =>
        User is null ? Task.CompletedTask : ProcessRunner.RunAsync("/bin/chown", [User, path], user: null, ct);

    /// <summary>The binaries, if the server's user can reach them; otherwise a copy of the installation below <paramref name="root"/>.</summary>
    public async Task<PostgresBinaries> EnsureReachableAsync(PostgresBinaries binaries, string root, CancellationToken ct)
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
            await ProcessRunner.RunAsync("/bin/cp", ["-R", Path.GetDirectoryName(binaries.Directory)!, unfinished], user: null, ct);
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
