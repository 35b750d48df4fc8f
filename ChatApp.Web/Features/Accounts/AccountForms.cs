using ChatApp.Data.Accounts;
using FluentValidation;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Accounts;

/// <summary>The form of a password change.</summary>
public sealed record PasswordForm
{
    [FromForm(Name = "current_password")]
    public string? CurrentPassword { get; init; }

    [FromForm(Name = "new_password")]
    public string? NewPassword { get; init; }

    /// <summary>Whether the API keys end as well.</summary>
    [FromForm(Name = "revoke_keys")]
    public bool RevokeKeys { get; init; }
}

internal sealed class PasswordFormValidator : AbstractValidator<PasswordForm>
{
    public PasswordFormValidator()
    {
        RuleFor(f => f.CurrentPassword).NotEmpty().WithMessage("Enter your current password.");
        RuleFor(f => f.NewPassword).NotEmpty().WithMessage("Choose a new password.")
            .Length(AppUser.PasswordMinLength, AppUser.PasswordMaxLength)
            .WithMessage($"The password needs {AppUser.PasswordMinLength} to {AppUser.PasswordMaxLength} characters.");
    }
}
