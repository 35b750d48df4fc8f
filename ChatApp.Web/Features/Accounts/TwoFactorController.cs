using ChatApp.Data.Accounts;
using ChatApp.Data.Accounts.TwoFactor;
using ChatApp.Domain.Errors;
using ChatApp.Web.Features.Shared;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;

namespace ChatApp.Web.Features.Accounts;

/// <summary>The page of two-factor sign-in.</summary>
/// <param name="UserName">The account, for password managers and authenticator apps.</param>
/// <param name="IsOn">Whether it is on.</param>
/// <param name="CodesLeft">Recovery codes that are not used.</param>
/// <param name="Setup">The secret to set up an app with; null before the password was entered.</param>
/// <param name="Codes">New recovery codes, which are shown only once.</param>
public sealed record TwoFactorPage(string UserName, bool IsOn, int CodesLeft, TwoFactorSetup? Setup = null, IReadOnlyList<string>? Codes = null)
{
    /// <summary>What authenticator apps read from the QR code.</summary>
    public string SetupAddress => $"otpauth://totp/ChatApp:{Uri.EscapeDataString(UserName)}?secret={Setup!.Secret}&issuer=ChatApp";
}

/// <summary>Turns two-factor sign-in on and off. Each change needs the password again.</summary>
[Authorize, Route("account/two-factor")]
public sealed class TwoFactorController(TwoFactorService twoFactor, SignInService signIns, CurrentUser user) : Controller
{
    [HttpGet]
    public async Task<IActionResult> Show(CancellationToken ct) => View("TwoFactor", await PageAsync(ct));

    /// <summary>Shows the secret for the authenticator app.</summary>
    [HttpPost("setup"), EnableRateLimiting(RateLimits.SignIn)]
    public Task<IActionResult> SetUp([FromForm] string? password, CancellationToken ct) => AfterPasswordAsync(password, async () =>
        View("TwoFactor", await PageAsync(ct) with { Setup = twoFactor.Begin(user.Id) }), ct);

    /// <summary>Turns it on, once a code shows that the app is set up, and shows the recovery codes.</summary>
    [HttpPost("enable")]
    public Task<IActionResult> Enable([FromForm] string? setup, [FromForm] string? code, CancellationToken ct) => TryAsync(async () =>
    {
        var codes = await twoFactor.TurnOnAsync(user.Id, setup ?? "", code ?? "", ct);
        return View("TwoFactor", await PageAsync(ct) with { Codes = codes });
    }, async e => await PageAsync(ct) with { Setup = e.Field == "code" ? twoFactor.Resume(user.Id, setup ?? "") : null }, ct);

    [HttpPost("disable"), EnableRateLimiting(RateLimits.SignIn)]
    public Task<IActionResult> Disable([FromForm] string? password, CancellationToken ct) => AfterPasswordAsync(password, async () =>
    {
        await twoFactor.TurnOffAsync(user.Id, ct);
        TempData[Notice.Done] = "Two-factor sign-in is off.";
        return RedirectToAction(nameof(Show));
    }, ct);

    /// <summary>Replaces the recovery codes.</summary>
    [HttpPost("recovery-codes"), EnableRateLimiting(RateLimits.SignIn)]
    public Task<IActionResult> RenewCodes([FromForm] string? password, CancellationToken ct) => AfterPasswordAsync(password, async () =>
    {
        var codes = await twoFactor.RenewCodesAsync(user.Id, ct);
        return View("TwoFactor", await PageAsync(ct) with { Codes = codes });
    }, ct);

    private Task<IActionResult> AfterPasswordAsync(string? password, Func<Task<IActionResult>> act, CancellationToken ct) => TryAsync(async () =>
    {
        await signIns.ConfirmAsync(user.Id, password, code: null, withCode: false, ct);
        return await act();
    }, async _ => await PageAsync(ct), ct);

    private async Task<IActionResult> TryAsync(Func<Task<IActionResult>> act, Func<InvalidException, Task<TwoFactorPage>> again, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        try
        {
            return await act();
        }
        catch (InvalidException e)
        {
            ModelState.AddModelError(e.Field, e.Message);
            Response.StatusCode = StatusCodes.Status400BadRequest;
            return View("TwoFactor", await again(e));
        }
    }

    private async Task<TwoFactorPage> PageAsync(CancellationToken ct)
    {
        var (isOn, left) = await twoFactor.FindAsync(user.Id, ct);
        return new(user.Name, isOn, left);
    }
}
