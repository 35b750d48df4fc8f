namespace ChatApp.Data.Startup;

/// <summary>Configuration section <c>Database</c>, and the connection string.</summary>
public sealed class DatabaseSettings
{
    /// <summary>An existing PostgreSQL (15 or newer); empty: a private server is started.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Where the private server keeps its data; empty: the user's data folder.</summary>
    public string? DataDirectory { get; set; }

    /// <summary>How long to wait at start for a server that is given but does not answer yet.</summary>
    public TimeSpan StartupPatience { get; set; } = TimeSpan.FromMinutes(1);
}
