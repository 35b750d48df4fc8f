using ChatApp.Data.Accounts;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;

namespace ChatApp.Web.Features.Accounts;

/// <summary>Sign-in for programs.</summary>
[ApiController, Route("auths"), Authorize, ApiScope(ApiScope.None)]
public sealed class AuthsApiController(AccountService accounts, LoginService logins, RegistrationService registration, CurrentUser user) : ControllerBase
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
        var created = await registration.RegisterAsync(request.ToNewAccount(), ct);
        return Created("/users/me", created.ToResponse(await accounts.RolesAsync(created)));
    }

    /// <summary>Exchanges a user name or e-mail address and a password for tokens.</summary>
    [HttpPost("login"), AllowAnonymous, EnableRateLimiting(RateLimits.SignIn), Consumes("application/x-www-form-urlencoded", "multipart/form-data")]
    [ProducesResponseType<LoginResponse>(200), ProducesResponseType<ProblemDetails>(401)]
    public async Task<ActionResult<LoginResponse>> Login([FromForm] LoginForm form, CancellationToken ct) =>
        await accounts.CheckPasswordAsync(form.Username ?? "", form.Password ?? "") is { } account
            ? account.ToResponse(await logins.StartAsync(account.Id, ct))
            : Problem(statusCode: StatusCodes.Status401Unauthorized, detail: AccountService.SignInFailedMessage);

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
}
