using ChatApp.Data.Accounts;
using ChatApp.Web.Features.Shared;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;

namespace ChatApp.Web.Features.Accounts;

/// <summary>The sign-in page.</summary>
/// <param name="UserName">What was typed before.</param>
/// <param name="ReturnUrl">Where to go afterwards.</param>
/// <param name="CanRegister">Whether people may make accounts.</param>
/// <param name="Problem">Why the last try failed.</param>
public sealed record LoginPage(string? UserName, string? ReturnUrl, bool CanRegister, string? Problem);

/// <summary>Sign-in for people.</summary>
[AllowAnonymous, Route("login")]
public sealed class LoginController(AccountService accounts, LoginService logins, RegistrationService registration) : Controller
{
    [HttpGet]
    public async Task<IActionResult> Show(string? returnUrl, CancellationToken ct) => User.Identity is { IsAuthenticated: true }
        ? Redirect(Url.LocalOr(returnUrl, Links.Chat))
        : View("Login", new LoginPage(null, returnUrl, await registration.IsOpenAsync(ct), null));

    [HttpPost, EnableRateLimiting(RateLimits.SignIn)]
    public async Task<IActionResult> LogIn([FromForm] LoginForm form, [FromForm] string? returnUrl, CancellationToken ct)
    {
        if (await accounts.CheckPasswordAsync(form.Username ?? "", form.Password ?? "") is { } account)
        {
            LoginCookie.Write(Response, await logins.StartCookieAsync(account.Id, ct));
            return Redirect(Url.LocalOr(returnUrl, Links.Chat));
        }
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        return View("Login", new LoginPage(form.Username, returnUrl, await registration.IsOpenAsync(ct), RegistrationService.WrongPasswordMessage));
    }
}
