using Microsoft.AspNetCore.Identity;

namespace ChatApp.Data.Accounts;

/// <summary>
/// Rejects the passwords that attackers try first (NIST SP 800-63B, 3.1.1.2): 10,000 common ones, also with a few digits or signs around them, repeated
/// characters, sequences, and the user's own name and address.
/// </summary>
public sealed class CommonPasswordValidator : IPasswordValidator<AppUser>
{
    private static readonly string[] Sequences = ["01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm"];

    private const int MostPadding = 8; // more than people add to a word to get it accepted

    private static readonly char[] Padding = [.. "0123456789!@#$%&*?.-_"];

    private static readonly HashSet<string> Known = new(Load(), StringComparer.OrdinalIgnoreCase);

    public Task<IdentityResult> ValidateAsync(UserManager<AppUser> manager, AppUser user, string? password) =>
        Task.FromResult(password is null ? IdentityResult.Success
            : password.Length > AppUser.PasswordMaxLength ? Reject($"At most {AppUser.PasswordMaxLength} characters are allowed.")
            : IsCommon(password) ? Reject("This password is too common. Choose another one.")
            : password.Equals(user.UserName, StringComparison.OrdinalIgnoreCase) || password.Equals(user.Email, StringComparison.OrdinalIgnoreCase)
                ? Reject("The password must not be the user name or the e-mail address.")
            : IdentityResult.Success);

    private static bool IsCommon(string password)
    {
        var lower = password.ToLowerInvariant();
        var word = lower.TrimEnd(Padding).TrimStart(Padding);
        return Known.Contains(lower) || (lower.Length - word.Length <= MostPadding && Known.Contains(word)) || word.Length == 0
            || lower.Distinct().Count() <= 2
            || Sequences.Any(s => s.Contains(lower, StringComparison.Ordinal) || new string([.. s.Reverse()]).Contains(lower, StringComparison.Ordinal));
    }

    private static IdentityResult Reject(string reason) => IdentityResult.Failed(new IdentityError { Code = "PasswordNotAllowed", Description = reason });

    private static IEnumerable<string> Load()
    {
        using var stream = typeof(CommonPasswordValidator).Assembly.GetManifestResourceStream("ChatApp.Data.Accounts.common-passwords.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#')) // where the list comes from
            {
                yield return line;
            }
        }
    }
}
