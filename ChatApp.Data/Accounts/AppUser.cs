using Microsoft.AspNetCore.Identity;

namespace ChatApp.Data.Accounts;

/// <summary>An account.</summary>
public sealed class AppUser : IdentityUser<Guid>
{
    /// <summary>The unique index of normalized user names.</summary>
    public const string UserNameIndex = "user_name_index";

    /// <summary>The unique index of normalized e-mail addresses.</summary>
    public const string EmailIndex = "email_index";

    public const int UserNameMaxLength = 64;
    public const int EmailMaxLength = 254;
    public const int PasswordMinLength = 10;
    public const int PasswordMaxLength = 128;

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When an administrator disabled the account, which can then neither sign in nor use its tokens; null if it is enabled.</summary>
    public DateTimeOffset? DisabledAt { get; set; }

    /// <summary>When its owner deleted the account, whose rows are being removed since; null otherwise. It is disabled and has lost its name.</summary>
    public DateTimeOffset? DeletedAt { get; set; }
}

/// <summary>Roles that an account can have besides being a user.</summary>
public static class Roles
{
    public const string Administrator = "administrator";
}
