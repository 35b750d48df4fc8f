namespace ChatApp.Domain.Sessions;

/// <summary>Configuration section <c>Sessions</c>.</summary>
public sealed class SessionSettings
{
    private static readonly TimeSpan MaxTime = TimeSpan.FromDays(36_500);
    private static readonly TimeSpan MaxInterval = TimeSpan.FromDays(1);

    /// <summary>How long a temporary session exists without activity.</summary>
    public TimeSpan TemporaryIdleTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How often expired sessions, and those whose retention in the trash is over, are removed.</summary>
    public TimeSpan CleanupInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a session can be restored from the trash.</summary>
    public TimeSpan TrashRetention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Whether all times are in range.</summary>
    public bool AreUsable => new[] { TemporaryIdleTimeout, CleanupInterval, TrashRetention }.All(t => t > TimeSpan.Zero && t <= MaxTime) && CleanupInterval <= MaxInterval;
}
