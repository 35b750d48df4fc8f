namespace ChatApp.Web.Features.Accounts;

/// <summary>Configuration section <c>Accounts</c>.</summary>
public sealed class AccountSettings
{
    /// <summary>Whether people may make accounts themselves. The first account can always be made.</summary>
    public bool AllowRegistration { get; set; } = true;
}
