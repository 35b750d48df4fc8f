using Microsoft.AspNetCore.Identity;

namespace ChatApp.Data.Accounts;

/// <summary>An account.</summary>
public sealed class AppUser : IdentityUser<Guid>
{
    public const int UserNameMaxLength = 64;
    public const int EmailMaxLength = 254;
    public const int PasswordMinLength = 10;
    public const int PasswordMaxLength = 128;

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Since when an administrator has shut the account; it can neither sign in nor use tokens it has.</summary>
    public DateTimeOffset? DisabledAt { get; set; }
}

/// <summary>Roles; everybody is a user.</summary>
public static class Roles
{
    public const string Administrator = "administrator";
}
