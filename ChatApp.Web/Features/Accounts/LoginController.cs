using ChatApp.Data.Accounts;
using ChatApp.Web.Features.Shared;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;

namespace ChatApp.Web.Features.Accounts;

/// <summary>The sign-in page.</summary>
/// <param name="UserName">The user name of the failed attempt.</param>
/// <param name="ReturnUrl">Where to go after signing in.</param>
/// <param name="CanRegister">Whether registration is open.</param>
/// <param name="Problem">Why the attempt failed.</param>
public sealed record LoginPage(string? UserName, string? ReturnUrl, bool CanRegister, string? Problem);

/// <summary>Signs users in.</summary>
[AllowAnonymous, Route("login")]
public sealed class LoginController(SignInService signIns, LoginService logins, RegistrationService registration) : Controller
{
    [HttpGet]
    public async Task<IActionResult> Show(string? returnUrl, CancellationToken ct) => User.Identity is { IsAuthenticated: true }
        ? Redirect(Url.LocalOr(returnUrl, Links.Chat))
        : View("Login", new LoginPage(null, returnUrl, await registration.IsOpenAsync(ct), null));

    [HttpPost, EnableRateLimiting(RateLimits.SignIn)]
    public async Task<IActionResult> LogIn([FromForm] LoginForm form, [FromForm] string? returnUrl, CancellationToken ct)
    {
        var (status, account) = await signIns.CheckAsync(form.Username ?? "", form.Password ?? "", code: null, ct);
        if (account is not null)
        {
            return await ContinueAsync(status, account, Url.LocalOr(returnUrl, Links.Chat), ct);
        }
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        return View("Login", new LoginPage(form.Username, returnUrl, await registration.IsOpenAsync(ct), AccountService.SignInFailedMessage));
    }

    private async Task<RedirectResult> ContinueAsync(SignInStatus status, AppUser account, string returnUrl, CancellationToken ct)
    {
        if (status == SignInStatus.CodeRequired)
        {
            ChallengeCookie.Write(Response, await signIns.StartChallengeAsync(account.Id, ct));
            return Redirect(Links.LoginCode(returnUrl));
        }
        LoginCookie.Write(Response, await logins.StartCookieAsync(account.Id, ct));
        return Redirect(returnUrl);
    }
}
