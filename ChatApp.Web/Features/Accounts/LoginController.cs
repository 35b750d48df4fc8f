using System.Globalization;
using ChatApp.Data.Accounts;
using ChatApp.Domain.Errors;
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
public sealed class LoginController(SignInService signIns, LoginService logins, RegistrationService registration, BrowserCookie browsers) : Controller
{
    [HttpGet]
    public async Task<IActionResult> Show(string? returnUrl, CancellationToken ct) => User.Identity is { IsAuthenticated: true }
        ? Redirect(Url.LocalOr(returnUrl, Links.Chat))
        : View("Login", new LoginPage(null, returnUrl, await registration.IsOpenAsync(ct), null));

    [HttpPost, EnableRateLimiting(RateLimits.SignIn)]
    public async Task<IActionResult> LogIn([FromForm] LoginForm form, [FromForm] string? returnUrl, CancellationToken ct)
    {
        try
        {
            var (status, account) = await signIns.CheckAsync(form.Username ?? "", form.Password ?? "", code: null, ct, browsers.Read(Request));
            return account is null
                ? await FormAsync(StatusCodes.Status401Unauthorized, form, returnUrl, AccountService.SignInFailedMessage, ct)
                : await ContinueAsync(status, account, Url.LocalOr(returnUrl, Links.Chat), ct);
        }
        catch (TooManyException e)
        {
            Response.Headers.RetryAfter = ((int)e.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return await FormAsync(StatusCodes.Status429TooManyRequests, form, returnUrl, e.Message, ct);
        }
    }

    private async Task<RedirectResult> ContinueAsync(SignInStatus status, AppUser account, string returnUrl, CancellationToken ct)
    {
        if (status == SignInStatus.CodeRequired)
        {
            ChallengeCookie.Write(Response, await signIns.StartChallengeAsync(account.Id, ct));
            return Redirect(Links.LoginCode(returnUrl));
        }
        LoginCookie.Write(Response, await logins.StartCookieAsync(account.Id, ct));
        browsers.Remember(HttpContext, account.Id);
        return Redirect(returnUrl);
    }

    private async Task<ViewResult> FormAsync(int status, LoginForm form, string? returnUrl, string problem, CancellationToken ct)
    {
        Response.StatusCode = status;
        return View("Login", new LoginPage(form.Username, returnUrl, await registration.IsOpenAsync(ct), problem));
    }
}
