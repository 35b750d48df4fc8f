using ChatApp.Data.Accounts;
using ChatApp.Data.Security;
using ChatApp.Domain.Paging;
using ChatApp.Domain.Text;
using ChatApp.Web.Features.Shared;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Admin;

/// <summary>One page of the security log.</summary>
/// <param name="Table">The entries.</param>
/// <param name="Kind">The chosen kind; null for all.</param>
/// <param name="User">The user name or address that was searched for.</param>
/// <param name="Older">Where the next page begins.</param>
/// <param name="IsFirst">Whether this is the first page.</param>
public sealed record SecurityPage(SecurityTable Table, SecurityEventKind? Kind, string? User, string? Older, bool IsFirst);

/// <summary>The security log of all accounts.</summary>
[Authorize(Roles = Roles.Administrator), Route("admin/security")]
public sealed class SecurityController(SecurityEvents events, CursorProtector cursors) : Controller
{
    [HttpGet]
    public async Task<IActionResult> List(string? kind, string? user, string? cursor, CancellationToken ct)
    {
        var chosen = Enum.TryParse<SecurityEventKind>(kind, ignoreCase: true, out var known) && Enum.IsDefined(known) ? known : (SecurityEventKind?)null;
        var name = string.IsNullOrWhiteSpace(user) || !StorableText.IsStorable(user) ? null : user.Trim();
        Guid? id = name is null ? null : await events.FindUserAsync(name, ct) ?? Guid.Empty; // nobody's
        var page = await events.ListAsync(chosen, id, PageLimit.Default, cursors.ReadTime(cursor), ct);
        return View("Security", new SecurityPage(SecurityTable.OfAll(page.Items), chosen, name, cursors.Protect(page.Next), cursor is null));
    }
}
