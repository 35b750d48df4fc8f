namespace ChatApp.Domain.Sessions;

/// <summary>Configuration section <c>Sessions</c>.</summary>
public sealed class SessionSettings
{
    /// <summary>How long a temporary session lives without activity.</summary>
    public TimeSpan TemporaryIdleTimeout { get; set; } = TimeSpan.FromHours(1);
}
