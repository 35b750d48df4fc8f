using ChatApp.Data.Accounts;
using ChatApp.Data.Accounts.Deletion;
using ChatApp.Web.Infrastructure;
using FluentValidation;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;

namespace ChatApp.Web.Features.Accounts;

/// <summary>What confirms that an account is to be deleted.</summary>
/// <param name="Password">The account's password.</param>
/// <param name="Code">With two-factor sign-in: the code of the authenticator app, or a recovery code.</param>
/// <example>{"password": "correct horse 7"}</example>
public sealed record DeletionRequest(string? Password, string? Code);

/// <summary>Deletes the caller's account.</summary>
[ApiController, Authorize, Route("users/me/deletion"), ApiScope(ApiScope.None)]
public sealed class DeletionApiController(SignInService signIns, AccountDeletion deletion, CurrentUser user) : ControllerBase
{
    /// <summary>
    /// Deletes the account with its sessions, keys and sign-ins, after the password and, with two-factor sign-in, a code. The account is closed with the
    /// response; its rows are removed soon after. Only token totals stay, without a name. 409 for the only administrator.
    /// </summary>
    [HttpPost, EnableRateLimiting(RateLimits.SignIn)]
    [ProducesResponseType(204), ProducesResponseType<ValidationProblemDetails>(400), ProducesResponseType<ProblemDetails>(409)]
    public async Task<NoContentResult> Delete(DeletionRequest request, CancellationToken ct)
    {
        await signIns.ConfirmAsync(user.Id, request.Password, request.Code, withCode: true, ct);
        await deletion.BeginAsync(user.Id, ct);
        return NoContent();
    }
}

internal sealed class DeletionRequestValidator : AbstractValidator<DeletionRequest>
{
    public DeletionRequestValidator() => RuleFor(r => r.Password).NotEmpty().WithMessage("Enter your password.");
}
