using ChatApp.Data.Accounts;
using ChatApp.Data.Accounts.Deletion;
using ChatApp.Domain.Errors;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;

namespace ChatApp.Web.Features.Accounts;

/// <summary>The page that deletes the caller's account.</summary>
/// <param name="UserName">The account, for password managers.</param>
/// <param name="HasTwoFactor">Whether a code is needed as well.</param>
/// <param name="Problem">Why it could not be deleted.</param>
public sealed record DeleteAccountPage(string UserName, bool HasTwoFactor, string? Problem = null);

/// <summary>Deletes the caller's account.</summary>
[Authorize, Route("account/delete")]
public sealed class DeleteAccountController(AccountService accounts, SignInService signIns, AccountDeletion deletion, CurrentUser user) : Controller
{
    [HttpGet]
    public Task<IActionResult> Show() => ShowAsync(StatusCodes.Status200OK, null);

    [HttpPost, EnableRateLimiting(RateLimits.SignIn)]
    public async Task<IActionResult> Delete([FromForm] string? password, [FromForm] string? code, CancellationToken ct)
    {
        try
        {
            await signIns.ConfirmAsync(user.Id, password, code, withCode: true, ct);
            await deletion.BeginAsync(user.Id, ct);
        }
        catch (ChatAppException e) when (e is InvalidException or ConflictException)
        {
            return await RefuseAsync(e);
        }
        LoginCookie.Remove(Response);
        Response.Headers["Clear-Site-Data"] = "\"cache\", \"storage\"";
        return View("AccountDeleted");
    }

    private Task<IActionResult> RefuseAsync(ChatAppException e)
    {
        if (e is InvalidException invalid)
        {
            ModelState.AddModelError(invalid.Field, invalid.Message);
        }
        return ShowAsync(ErrorHandling.StatusOf(e), e is ConflictException ? e.Message : null);
    }

    private async Task<IActionResult> ShowAsync(int status, string? problem)
    {
        Response.StatusCode = status;
        return View("DeleteAccount", new DeleteAccountPage(user.Name, (await accounts.FindAsync(user.Id)).TwoFactorEnabled, problem));
    }
}
