using ChatApp.Data.Accounts;
using ChatApp.Domain.Errors;
using Microsoft.Extensions.Options;

namespace ChatApp.Web.Features.Accounts;

/// <summary>Registration as the page and the API share it: whether it is open, and what its errors mean.</summary>
public sealed class RegistrationService(AccountService accounts, IOptions<AccountSettings> settings)
{
    public const string ClosedMessage = "Registration is closed. Ask an administrator for an account.";

    /// <summary>One text for every reason, so that it tells nobody which names exist.</summary>
    public const string WrongPasswordMessage =
        "The user name or the password is wrong, or the account is locked for some minutes after repeated failures.";

    /// <summary>Whether an account can be made. Somebody must be able to make the first one.</summary>
    public async Task<bool> IsOpenAsync(CancellationToken ct) => settings.Value.AllowRegistration || await IsFirstAsync(ct);

    /// <summary>Whether the next account is the first one, which becomes administrator.</summary>
    public Task<bool> IsFirstAsync(CancellationToken ct) => accounts.HasNoAdministratorAsync(ct);

    /// <exception cref="ConflictException">The user name or the e-mail address is taken, or registration was closed by the first account.</exception>
    /// <exception cref="InvalidException">A field is not acceptable.</exception>
    public async Task<AppUser> RegisterAsync(RegisterRequest request, CancellationToken ct)
    {
        var (user, result) = await accounts.RegisterAsync(
            request.Username!, request.Email!, request.Password!,
            settings.Value.AllowRegistration ? RegistrationKind.Open : RegistrationKind.OnlyFirst, ct);
        return result.Errors.FirstOrDefault() switch
        {
            null => user,
            { Code: AccountService.NotFirst } => throw new ConflictException(ClosedMessage), // somebody was faster than the look at IsOpenAsync
            { Code: "DuplicateUserName" or "DuplicateEmail" } => throw new ConflictException("This user name or e-mail address is taken."),
            { Code: var code } e => throw new InvalidException(code.StartsWith("Password", StringComparison.Ordinal) ? "password" : "username", e.Description),
        };
    }
}
