using ChatApp.Data.Security;

namespace ChatApp.Data.Accounts;

/// <summary>Where a sign-in was started.</summary>
/// <param name="Address">The IP address; null if unknown.</param>
/// <param name="UserAgent">The browser or program, as it names itself.</param>
internal sealed record SignInOrigin(string? Address, string? UserAgent)
{
    public static SignInOrigin Of(IRequestOrigin origin) => new(origin.Address, VisibleText.Of(origin.UserAgent, SecurityEvent.UserAgentMaxLength));
}
