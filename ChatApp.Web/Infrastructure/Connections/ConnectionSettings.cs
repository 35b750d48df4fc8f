namespace ChatApp.Web.Infrastructure.Connections;

/// <summary>Configuration section <c>Connections</c>. Each instance counts separately.</summary>
public sealed class ConnectionSettings
{
    /// <summary>Open connections; fewer if the process may not open enough files.</summary>
    public int Max { get; set; } = 10_000;

    /// <summary>Open connections of one address. Addresses of this machine and, if forwarded headers are trusted, of proxies are not limited.</summary>
    public int MaxPerAddress { get; set; } = 1_000;

    /// <summary>How long a new connection may send nothing.</summary>
    public TimeSpan SilenceTimeout { get; set; } = TimeSpan.FromSeconds(5);

    internal bool AreUsable => Max > 0 && MaxPerAddress > 0 && SilenceTimeout > TimeSpan.Zero && SilenceTimeout < TimeSpan.FromHours(1);
}
