using ChatApp.Data.Accounts;
using ChatApp.Web.Features.Shared;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Accounts;

/// <summary>The caller's own account.</summary>
[Authorize, Route("account")]
public sealed class AccountController(AccountService accounts, LoginService logins, CurrentUser user) : Controller
{
    private const string WrongPassword = "PasswordMismatch"; // Identity's code

    [HttpGet]
    public async Task<IActionResult> Show()
    {
        var account = await accounts.FindAsync(user.Id);
        return View("Account", account.ToResponse(await accounts.RolesAsync(account)));
    }

    /// <summary>Changes the password and ends all other sign-ins.</summary>
    [HttpPost("password")]
    public async Task<IActionResult> ChangePassword([FromForm] PasswordForm form, CancellationToken ct)
    {
        if (!ModelState.IsValid || !await TryChangeAsync(form, ct))
        {
            Response.StatusCode = StatusCodes.Status400BadRequest;
            return await Show();
        }
        TempData[Notice.Done] = form.RevokeKeys
            ? "Your password was changed. You've been signed out everywhere else, and your API keys were revoked."
            : "Your password was changed. You've been signed out everywhere else.";
        return RedirectToAction(nameof(Show));
    }

    /// <summary>Ends all sign-ins but this one.</summary>
    [HttpPost("sign-out-elsewhere")]
    public async Task<IActionResult> SignOutElsewhere(CancellationToken ct)
    {
        await logins.EndAllAsync(user.Id, except: user.LoginId, ct);
        TempData[Notice.Done] = "You've been signed out everywhere else.";
        return RedirectToAction(nameof(Show));
    }

    private async Task<bool> TryChangeAsync(PasswordForm form, CancellationToken ct)
    {
        var result = await accounts.ChangePasswordAsync(user.Id, user.LoginId, form.CurrentPassword!, form.NewPassword!, ct, form.RevokeKeys);
        foreach (var error in result.Errors)
        {
            ModelState.AddModelError(error.Code == WrongPassword ? "current_password" : "new_password", error.Description);
        }
        return result.Succeeded;
    }
}
