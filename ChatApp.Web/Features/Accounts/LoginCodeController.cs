using ChatApp.Data.Accounts;
using ChatApp.Data.Accounts.TwoFactor;
using ChatApp.Web.Features.Shared;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;

namespace ChatApp.Web.Features.Accounts;

/// <summary>The second step of signing in.</summary>
/// <param name="ReturnUrl">Where to go after signing in.</param>
/// <param name="Problem">Why the attempt failed.</param>
public sealed record LoginCodePage(string? ReturnUrl, string? Problem);

/// <summary>Asks for the two-factor code after the password.</summary>
[AllowAnonymous, Route("login/code")]
public sealed class LoginCodeController(SignInService signIns, LoginService logins, BrowserCookie browsers) : Controller
{
    [HttpGet]
    public async Task<IActionResult> Show(string? returnUrl, CancellationToken ct) => await signIns.IsOpenAsync(ChallengeCookie.Read(Request), ct)
        ? View("LoginCode", new LoginCodePage(returnUrl, null))
        : Redirect(Links.Login);

    [HttpPost, EnableRateLimiting(RateLimits.SignIn)]
    public async Task<IActionResult> Answer([FromForm] string? code, [FromForm] string? returnUrl, CancellationToken ct)
    {
        var (status, account) = await signIns.AnswerAsync(ChallengeCookie.Read(Request), code, ct);
        if (status == SignInStatus.CodeWrong)
        {
            Response.StatusCode = StatusCodes.Status401Unauthorized;
            return View("LoginCode", new LoginCodePage(returnUrl, TwoFactorService.WrongCodeMessage + " After several failed attempts, sign-in is paused for a few minutes."));
        }
        ChallengeCookie.Remove(Response);
        return account is null ? Redirect(Links.Login) : await SignInAsync(account, Url.LocalOr(returnUrl, Links.Chat), ct);
    }

    private async Task<RedirectResult> SignInAsync(AppUser account, string returnUrl, CancellationToken ct)
    {
        LoginCookie.Write(Response, await logins.StartCookieAsync(account.Id, ct));
        browsers.Remember(HttpContext, account.Id);
        return Redirect(returnUrl);
    }
}
