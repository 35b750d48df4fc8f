using ChatApp.Data.Accounts;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Accounts;

/// <summary>The caller's sign-ins.</summary>
[ApiController, Authorize, Route("users/me/sign-ins"), ApiScope(ApiScope.None)]
public sealed class SignInsApiController(SignIns signIns, CurrentUser user) : ControllerBase
{
    /// <summary>The sign-ins that are still valid: when, last used, from where and with which browser or program.</summary>
    [HttpGet]
    public async Task<SignInsResponse> List(CancellationToken ct) => new([.. (await signIns.ListAsync(user.Id, ct)).Select(s => s.ToResponse(user.LoginId))]);

    /// <summary>Ends a sign-in at once.</summary>
    [HttpDelete("{id}")]
    [ProducesResponseType(204), ProducesResponseType<ProblemDetails>(404)]
    public async Task<NoContentResult> Revoke(EntityId id, CancellationToken ct)
    {
        await signIns.RevokeAsync(user.Id, id.RequiredFor("Sign-in"), ct);
        return NoContent();
    }
}
