using ChatApp.Data.Accounts;
using ChatApp.Data.Accounts.TwoFactor;
using ChatApp.Domain.Errors;
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
        var (status, account, problem) = await TryAsync(code, ct);
        if (problem is not null)
        {
            Response.StatusCode = status;
            return View("LoginCode", new LoginCodePage(returnUrl, problem));
        }
        ChallengeCookie.Remove(Response);
        return account is null ? Redirect(Links.Login) : await SignInAsync(account, Url.LocalOr(returnUrl, Links.Chat), ct);
    }

    private async Task<(int Status, AppUser? Account, string? Problem)> TryAsync(string? code, CancellationToken ct)
    {
        try
        {
            var (status, account) = await signIns.AnswerAsync(ChallengeCookie.Read(Request), code, ct);
            return status == SignInStatus.CodeWrong ? (StatusCodes.Status401Unauthorized, null, TwoFactorService.WrongCodeMessage) : (StatusCodes.Status302Found, account, null);
        }
        catch (TooManyException e)
        {
            return (StatusCodes.Status429TooManyRequests, null, e.Message);
        }
    }

    private async Task<RedirectResult> SignInAsync(AppUser account, string returnUrl, CancellationToken ct)
    {
        LoginCookie.Write(Response, await logins.StartCookieAsync(account.Id, ct));
        browsers.Remember(HttpContext, account.Id);
        return Redirect(returnUrl);
    }
}
