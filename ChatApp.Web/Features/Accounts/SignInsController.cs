using ChatApp.Data.Accounts;
using ChatApp.Web.Features.Shared;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Accounts;

/// <summary>The page of the caller's sign-ins.</summary>
[Authorize, Route("account/sign-ins")]
public sealed class SignInsController(SignIns signIns, CurrentUser user) : Controller
{
    [HttpGet]
    public async Task<IActionResult> List(CancellationToken ct) =>
        View("SignIns", new SignInsResponse([.. (await signIns.ListAsync(user.Id, ct)).Select(s => s.ToResponse(user.LoginId))]));

    [HttpPost("{id}/revoke")]
    public async Task<IActionResult> Revoke(EntityId id, CancellationToken ct)
    {
        await signIns.RevokeAsync(user.Id, id.RequiredFor("Sign-in"), ct);
        TempData[Notice.Done] = "The sign-in was ended.";
        return RedirectToAction(nameof(List));
    }
}
