using ChatApp.Data.Accounts;
using ChatApp.Domain.Text;
using FluentValidation;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Accounts;

/// <summary>An account to create.</summary>
/// <param name="Username">The user name.</param>
/// <param name="Email">The e-mail address.</param>
/// <param name="Password">The password.</param>
/// <param name="SetupToken">Only for the first account: the token that the app printed when it started. A request from the same machine needs none.</param>
/// <example>{"username": "ada", "email": "ada@example.com", "password": "correct horse 7"}</example>
public sealed record RegisterRequest(string? Username, string? Email, string? Password, [FromForm(Name = "setup_token")] string? SetupToken = null)
{
    public NewAccount ToNewAccount(bool isLocal) => new(Username!, Email!, Password!) { SetupToken = SetupToken?.Trim(), IsLocal = isLocal };
}

/// <summary>The form of <c>POST /auths/login</c>.</summary>
public sealed record LoginForm
{
    /// <summary>User name or e-mail address.</summary>
    [FromForm(Name = "username")]
    public string? Username { get; init; }

    [FromForm(Name = "password")]
    public string? Password { get; init; }

    /// <summary>For accounts with two-factor sign-in: the code of the authenticator app, or a recovery code.</summary>
    [FromForm(Name = "code")]
    public string? Code { get; init; }
}

/// <summary>The refresh token of a sign-in, which can be used once.</summary>
/// <example>{"refresh_token": "…"}</example>
public sealed record RefreshRequest(string? RefreshToken);

internal sealed class RegisterRequestValidator : AbstractValidator<RegisterRequest>
{
    public RegisterRequestValidator()
    {
        RuleFor(r => r.Username).NotEmpty().WithMessage("Choose a user name.")
            .MaximumLength(AppUser.UserNameMaxLength).WithMessage($"At most {AppUser.UserNameMaxLength} characters are allowed.")
            // No @: a user name must not be mistaken for an e-mail address, which also signs in.
            .Matches(@"^[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]*\z").WithMessage("Use letters, digits, dots, dashes and underscores, beginning with a letter or digit.");
        RuleFor(r => r.Email).NotEmpty().WithMessage("Enter an e-mail address.")
            .MaximumLength(AppUser.EmailMaxLength).WithMessage($"At most {AppUser.EmailMaxLength} characters are allowed.")
            .EmailAddress().WithMessage("This is not an e-mail address.")
            // Addresses are looked up in their normal form, in which some characters are longer.
            .Must(e => e is null || StorableText.IsStorable(e) && e.Normalize().Length <= AppUser.EmailMaxLength && !e.Any(char.IsWhiteSpace) && !e.Any(char.IsControl))
            .WithMessage("This is not an e-mail address.");
        RuleFor(r => r.Password).NotEmpty().WithMessage("Choose a password.")
            .Length(AppUser.PasswordMinLength, AppUser.PasswordMaxLength)
            .WithMessage($"The password needs {AppUser.PasswordMinLength} to {AppUser.PasswordMaxLength} characters.");
    }
}

internal sealed class RefreshRequestValidator : AbstractValidator<RefreshRequest>
{
    public RefreshRequestValidator() => RuleFor(r => r.RefreshToken).NotEmpty().WithMessage("The refresh token is missing.");
}
