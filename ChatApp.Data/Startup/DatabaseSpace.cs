using System.Data.Common;
using ChatApp.Data.Embedded;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ChatApp.Data.Startup;

/// <summary>Whether the database has room to write: the free space of the private server's disk, and what any server says about its own.</summary>
public sealed class DatabaseSpace(IOptions<DatabaseSettings> settings, TimeProvider clock)
{
    // For as long, a full disk that a server has reported counts as still full.
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    private long _fullAt;

    /// <summary>Whether writing is impossible or about to become so.</summary>
    public bool IsShort => Volatile.Read(ref _fullAt) is > 0 and var at && clock.GetElapsedTime(at) < Memory || IsDiskShort();

    /// <summary>Remembers that the server has reported a full disk, if this is what it has reported.</summary>
    public void Note(Exception failure)
    {
        for (var e = failure; e is not null; e = e.InnerException)
        {
            if (e is DbException { SqlState: PostgresErrorCodes.DiskFull })
            {
                Volatile.Write(ref _fullAt, clock.GetTimestamp());
            }
        }
    }

    private bool IsDiskShort()
    {
        if (!string.IsNullOrWhiteSpace(settings.Value.ConnectionString) || OperatingSystem.IsWindows())
        {
            return false; // somebody else's disk
        }
        var folder = string.IsNullOrEmpty(settings.Value.DataDirectory) ? ServerAccount.DefaultDataDirectory : settings.Value.DataDirectory;
        return new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace < settings.Value.MinFreeSpace;
    }
}
