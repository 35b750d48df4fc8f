using ChatApp.Data.Security;
using ChatApp.Domain.Paging;
using ChatApp.Web.Features.Shared;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Accounts;

/// <summary>One page of an account's security events.</summary>
public sealed record ActivityPage(SecurityTable Table, string? Older, bool IsFirst);

/// <summary>The security events of the caller's account.</summary>
[Authorize, Route("account/activity")]
public sealed class ActivityController(SecurityEvents events, CursorProtector cursors, CurrentUser user) : Controller
{
    [HttpGet]
    public async Task<IActionResult> List(string? cursor, CancellationToken ct)
    {
        var page = await events.ListOwnAsync(user.Id, PageLimit.Default, cursors.ReadTime(cursor), ct);
        return View("Activity", new ActivityPage(SecurityTable.OfOwn(page.Items), cursors.Protect(page.Next), cursor is null));
    }
}
