using ChatApp.Data.Accounts;
using ChatApp.Domain.Errors;
using ChatApp.Web.Features.Shared;
using ChatApp.Web.Infrastructure;
using FluentValidation;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;

namespace ChatApp.Web.Features.Accounts;

/// <summary>The form of a reset link.</summary>
public sealed record ResetForm
{
    /// <summary>The secret in the link.</summary>
    [FromForm(Name = "token")]
    public string? Token { get; init; }

    [FromForm(Name = "new_password")]
    public string? NewPassword { get; init; }

    /// <summary>Whether the API keys end as well.</summary>
    [FromForm(Name = "revoke_keys")]
    public bool RevokeKeys { get; init; }
}

internal sealed class ResetFormValidator : AbstractValidator<ResetForm>
{
    public ResetFormValidator() => RuleFor(f => f.NewPassword).NotEmpty().WithMessage("Choose a new password.").OverridePropertyName("new_password");
}

/// <summary>The page of a reset link.</summary>
/// <param name="Token">The secret in the link.</param>
/// <param name="UserName">The account, for password managers.</param>
public sealed record ResetPage(string Token, string UserName);

/// <summary>Sets a new password with a link from an administrator. Showing the page does not use the link up, as previews of messages open links.</summary>
[AllowAnonymous, Route("reset-password"), EnableRateLimiting(RateLimits.SignIn)]
public sealed class ResetPasswordController(PasswordResets resets) : Controller
{
    [HttpGet]
    public async Task<IActionResult> Show(string? token, CancellationToken ct)
    {
        var account = await resets.FindAsync(token, ct);
        Response.StatusCode = account is null ? StatusCodes.Status404NotFound : Response.StatusCode;
        return account is null ? View("ResetExpired") : View("ResetPassword", new ResetPage(token!, account.UserName!));
    }

    [HttpPost]
    public async Task<IActionResult> Reset([FromForm] ResetForm form, CancellationToken ct)
    {
        if (ModelState.IsValid && await TryResetAsync(form, ct))
        {
            LoginCookie.Remove(Response);
            return View("ResetDone");
        }
        Response.StatusCode = StatusCodes.Status400BadRequest;
        return await resets.FindAsync(form.Token, ct) is { } account ? View("ResetPassword", new ResetPage(form.Token!, account.UserName!)) : View("ResetExpired");
    }

    private async Task<bool> TryResetAsync(ResetForm form, CancellationToken ct)
    {
        try
        {
            await resets.UseAsync(form.Token, form.NewPassword!, form.RevokeKeys, ct);
            return true;
        }
        catch (InvalidException e)
        {
            ModelState.AddModelError(e.Field, e.Message);
            return false;
        }
    }
}
