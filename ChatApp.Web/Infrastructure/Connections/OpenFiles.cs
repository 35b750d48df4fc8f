using System.Globalization;

namespace ChatApp.Web.Infrastructure.Connections;

/// <summary>How many files and connections this process may have open at once.</summary>
internal static class OpenFiles
{
    private const int Unknown = 4096;
    private const int Reserve = 700; // an app without clients has some 350 open
    private const string Row = "Max open files";

    /// <summary>The limit of the operating system. At the limit nothing works any more: no database connection, no file, no new process.</summary>
    public static int Limit { get; } = Read("/proc/self/limits");

    /// <summary>The part of a limit that clients' connections may take. The rest is for the database, models, tools and files.</summary>
    public static int ForConnections(int limit) => Math.Max(1, limit - Math.Max(limit / 4, Math.Min(Reserve, limit / 2)));

    /// <summary>Reads the limit from a file like <c>/proc/self/limits</c>; a cautious number where there is none.</summary>
    public static int Read(string path)
    {
        if (!File.Exists(path))
        {
            return Unknown;
        }
        var row = File.ReadLines(path).FirstOrDefault(line => line.StartsWith(Row, StringComparison.Ordinal)); // "Max open files  1024  524288  files"
        return row?[Row.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["unlimited", ..] => int.MaxValue,
            [var soft, ..] when long.TryParse(soft, CultureInfo.InvariantCulture, out var limit) => (int)Math.Min(limit, int.MaxValue),
            _ => Unknown,
        };
    }
}
