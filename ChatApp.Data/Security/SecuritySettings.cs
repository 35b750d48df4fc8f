namespace ChatApp.Data.Security;

/// <summary>Configuration section <c>Security</c>.</summary>
public sealed class SecuritySettings
{
    /// <summary>How long entries of the security log are kept.</summary>
    public TimeSpan LogRetention { get; set; } = TimeSpan.FromDays(365);

    internal bool IsUsable => LogRetention > TimeSpan.Zero;
}
