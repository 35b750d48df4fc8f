using ChatApp.Data.Accounts;
using ChatApp.Web.Features.Shared;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Accounts;

/// <summary>Signs users out.</summary>
[Authorize, Route("logout")]
public sealed class LogoutController(LoginService logins, CurrentUser user) : Controller
{
    [HttpPost]
    public async Task<IActionResult> LogOut(CancellationToken ct)
    {
        await logins.SignOutAsync(user.Id, user.LoginId, ct);
        LoginCookie.Remove(Response);
        Response.Headers["Clear-Site-Data"] = "\"cache\""; // includes pages that the back button would show
        return Redirect(Links.Login);
    }
}
