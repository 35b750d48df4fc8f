using ChatApp.Data.Accounts;
using Microsoft.AspNetCore.Identity;

namespace ChatApp.Web.Infrastructure;

/// <summary>Refuses the passwords that are guessed first (NIST SP 800-63B, 3.1.1.2): the commonest ones also with digits around them, one character over and over, runs, and the user's own name.</summary>
public sealed class CommonPasswords : IPasswordValidator<AppUser>
{
    private static readonly string[] Runs = ["01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm"];

    // What people put around a word to make it longer.
    private static readonly char[] Decoration = [.. "0123456789!@#$%&*?.-_"];

    private static readonly HashSet<string> Known = new(Load(), StringComparer.OrdinalIgnoreCase);

    public Task<IdentityResult> ValidateAsync(UserManager<AppUser> manager, AppUser user, string? password) =>
        Task.FromResult(password is null ? IdentityResult.Success
            : password.Length > AppUser.PasswordMaxLength ? Refuse($"At most {AppUser.PasswordMaxLength} characters are allowed.")
            : IsCommon(password) ? Refuse("This is one of the passwords that are guessed first. Choose another one.")
            : password.Equals(user.UserName, StringComparison.OrdinalIgnoreCase) || password.Equals(user.Email, StringComparison.OrdinalIgnoreCase)
                ? Refuse("The password must not be the user name or the e-mail address.")
            : IdentityResult.Success);

    private static bool IsCommon(string password)
    {
        var lower = password.ToLowerInvariant();
        var word = lower.TrimEnd(Decoration).TrimStart(Decoration);
        return Known.Contains(lower) || Known.Contains(word) || word.Length == 0
            || lower.Distinct().Count() <= 2
            || Runs.Any(run => run.Contains(lower, StringComparison.Ordinal) || new string([.. run.Reverse()]).Contains(lower, StringComparison.Ordinal));
    }

    private static IdentityResult Refuse(string reason) => IdentityResult.Failed(new IdentityError { Code = "PasswordNotAllowed", Description = reason });

    private static IEnumerable<string> Load()
    {
        using var stream = typeof(CommonPasswords).Assembly.GetManifestResourceStream("ChatApp.Web.Infrastructure.common-passwords.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
