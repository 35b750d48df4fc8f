namespace ChatApp.Data.Startup;

/// <summary>Configuration section <c>Database</c>, and the connection string.</summary>
public sealed class DatabaseSettings
{
    /// <summary>A PostgreSQL server (15 or newer); empty to start a private one.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>The private server's data folder; empty for the user's default.</summary>
    public string? DataDirectory { get; set; }

    /// <summary>With less free space on the private server's disk, in bytes, the app is unhealthy.</summary>
    public long MinFreeSpace { get; set; } = 100_000_000;

    /// <summary>How long to wait at start for the configured server to accept connections.</summary>
    public TimeSpan StartupPatience { get; set; } = TimeSpan.FromMinutes(1);
}
