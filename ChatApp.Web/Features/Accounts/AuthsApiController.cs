using ChatApp.Data.Accounts;
using ChatApp.Data.Accounts.TwoFactor;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;

namespace ChatApp.Web.Features.Accounts;

/// <summary>Sign-in for programs.</summary>
[ApiController, Route("auths"), Authorize, ApiScope(ApiScope.None)]
public sealed class AuthsApiController(
    AccountService accounts, SignInService signIns, LoginService logins, RegistrationService registration, CurrentUser user) : ControllerBase
{
    /// <summary>Creates an account.</summary>
    [HttpPost("register"), AllowAnonymous, EnableRateLimiting(RateLimits.SignIn)]
    [ProducesResponseType<UserResponse>(201), ProducesResponseType<ProblemDetails>(400), ProducesResponseType<ProblemDetails>(403), ProducesResponseType<ProblemDetails>(409)]
    public async Task<ActionResult<UserResponse>> Register(RegisterRequest request, CancellationToken ct)
    {
        if (!await registration.IsOpenAsync(ct))
        {
            return Problem(statusCode: StatusCodes.Status403Forbidden, detail: RegistrationService.ClosedMessage);
        }
        var created = await registration.RegisterAsync(request.ToNewAccount(HttpContext.IsLocal), ct);
        return Created("/users/me", created.ToResponse(await accounts.RolesAsync(created)));
    }

    /// <summary>
    /// Exchanges a user name or e-mail address and a password for tokens. With two-factor sign-in, a request without a code gets a 401 whose <c>code</c> is
    /// <c>two_factor_required</c>; send it again with the code.
    /// </summary>
    [HttpPost("login"), AllowAnonymous, EnableRateLimiting(RateLimits.SignIn), Consumes("application/x-www-form-urlencoded", "multipart/form-data")]
    [ProducesResponseType<LoginResponse>(200), ProducesResponseType<ProblemDetails>(401)]
    public async Task<ActionResult<LoginResponse>> Login([FromForm] LoginForm form, CancellationToken ct)
    {
        var (status, account) = await signIns.CheckAsync(form.Username ?? "", form.Password ?? "", form.Code, ct);
        return status == SignInStatus.Succeeded && account is not null ? account.ToResponse(await logins.StartAsync(account.Id, ct)) : SignInProblem(status);
    }

    /// <summary>Exchanges a refresh token for new tokens. It can be used once.</summary>
    [HttpPost("refresh"), AllowAnonymous]
    [ProducesResponseType<LoginResponse>(200), ProducesResponseType<ProblemDetails>(401)]
    public async Task<ActionResult<LoginResponse>> Refresh(RefreshRequest request, CancellationToken ct) =>
        await logins.RefreshAsync(request.RefreshToken!, ct) is { } refreshed
            ? (await accounts.FindAsync(refreshed.UserId)).ToResponse(refreshed.Tokens)
            : Problem(statusCode: StatusCodes.Status401Unauthorized, detail: "The refresh token is unknown, already used or expired. Sign in again.");

    /// <summary>Ends the sign-in that the request's token belongs to.</summary>
    [HttpPost("logout")]
    [ProducesResponseType(204)]
    public async Task<NoContentResult> Logout(CancellationToken ct)
    {
        await logins.SignOutAsync(user.Id, user.LoginId, ct);
        return NoContent();
    }

    private ObjectResult SignInProblem(SignInStatus status)
    {
        var (detail, code) = status switch
        {
            SignInStatus.CodeRequired => ("Two-factor sign-in is on: send a code of the authenticator app, or a recovery code, as well.", "two_factor_required"),
            SignInStatus.CodeWrong => (TwoFactorService.WrongCodeMessage, "two_factor_wrong"),
            _ => (AccountService.SignInFailedMessage, null),
        };
        var problem = ProblemDetailsFactory.CreateProblemDetails(HttpContext, StatusCodes.Status401Unauthorized, detail: detail);
        if (code is not null)
        {
            problem.Extensions["code"] = code;
        }
        return StatusCode(StatusCodes.Status401Unauthorized, problem);
    }
}
