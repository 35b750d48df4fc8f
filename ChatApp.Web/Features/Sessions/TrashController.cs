using ChatApp.Domain.Sessions;
using ChatApp.Web.Features.Shared;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Sessions;

/// <summary>Moves sessions to the trash, with undo on the next page, and deletes them permanently after a confirmation.</summary>
[Authorize, Route("sessions/{key}")]
public sealed class TrashController(TrashService trash, CurrentUser user) : Controller
{
    [HttpPost("delete")]
    public async Task<IActionResult> Delete(SessionKey key, [FromForm] string? returnUrl, CancellationToken ct)
    {
        var id = await trash.DeleteAsync(user.Id, key, ct);
        TempData[Notice.Deleted] = id.ToString();
        var isGone = returnUrl is null || returnUrl.StartsWith(Links.Session(id), StringComparison.OrdinalIgnoreCase);
        return Redirect(isGone ? Links.Chat : Url.LocalOr(returnUrl, Links.Chat));
    }

    [HttpPost("restore")]
    public async Task<IActionResult> Restore(SessionKey key, CancellationToken ct) =>
        Redirect(Links.Session((await trash.RestoreAsync(user.Id, key, ct)).Id));

    /// <summary>The confirmation.</summary>
    [HttpGet("remove")]
    public IActionResult AskRemove(SessionKey key) => View("Remove", key);

    [HttpPost("remove")]
    public async Task<IActionResult> Remove(SessionKey key, CancellationToken ct)
    {
        await trash.RemoveAsync(user.Id, key, ct);
        TempData[Notice.Done] = "Chat deleted permanently.";
        return Redirect(Links.Trash);
    }
}
