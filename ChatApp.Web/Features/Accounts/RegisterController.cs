using ChatApp.Data.Accounts;
using ChatApp.Domain.Errors;
using ChatApp.Web.Features.Shared;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;

namespace ChatApp.Web.Features.Accounts;

/// <summary>The registration page.</summary>
/// <param name="Typed">The form's input.</param>
/// <param name="IsFirst">Whether the account becomes the administrator's.</param>
/// <param name="NeedsToken">Whether it needs the setup token.</param>
public sealed record RegisterPage(RegisterRequest Typed, bool IsFirst, bool NeedsToken);

/// <summary>Registers users and signs them in.</summary>
[AllowAnonymous, Route("register")]
public sealed class RegisterController(RegistrationService registration, LoginService logins, BrowserCookie browsers) : Controller
{
    /// <param name="setup">The setup token, from the link that the app printed.</param>
    /// <param name="ct">Ends the request.</param>
    [HttpGet]
    public async Task<IActionResult> Show(string? setup, CancellationToken ct) =>
        await FormAsync(StatusCodes.Status200OK, new RegisterRequest(null, null, null, setup), ct);

    [HttpPost, EnableRateLimiting(RateLimits.SignIn)]
    public async Task<IActionResult> Register([FromForm] RegisterRequest request, CancellationToken ct)
    {
        try
        {
            return ModelState.IsValid && await registration.IsOpenAsync(ct)
                ? await SignInAsync(await registration.RegisterAsync(request.ToNewAccount(HttpContext.IsLocal), ct), ct)
                : await FormAsync(StatusCodes.Status400BadRequest, request, ct);
        }
        catch (ChatAppException e) when (e is InvalidException or ConflictException)
        {
            ModelState.AddModelError((e as InvalidException)?.Field ?? "username", e.Message);
            return await FormAsync(ErrorHandling.StatusOf(e), request, ct);
        }
    }

    private async Task<IActionResult> SignInAsync(AppUser account, CancellationToken ct)
    {
        LoginCookie.Write(Response, await logins.StartCookieAsync(account.Id, ct));
        browsers.Remember(HttpContext, account.Id);
        return Redirect(Links.Chat);
    }

    private async Task<IActionResult> FormAsync(int status, RegisterRequest input, CancellationToken ct)
    {
        var (isOpen, isFirst) = (await registration.IsOpenAsync(ct), await registration.IsFirstAsync(ct));
        Response.StatusCode = isOpen ? status : StatusCodes.Status403Forbidden;
        return isOpen ? View("Register", new RegisterPage(input, isFirst, isFirst && !HttpContext.IsLocal)) : View("RegistrationClosed");
    }
}
