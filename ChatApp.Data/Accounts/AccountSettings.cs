namespace ChatApp.Data.Accounts;

/// <summary>Configuration section <c>Accounts</c>.</summary>
public sealed class AccountSettings
{
    /// <summary>Whether people can register. The first account can always be created.</summary>
    public bool AllowRegistration { get; set; } = true;

    /// <summary>Where people reach the app, for the link that is printed while there is no account; null: where it listens.</summary>
    public string? PublicUrl { get; set; }
}
