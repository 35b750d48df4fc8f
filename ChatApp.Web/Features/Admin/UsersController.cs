using ChatApp.Data.Accounts;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Paging;
using ChatApp.Domain.Text;
using ChatApp.Domain.Usage;
using ChatApp.Web.Features.Shared;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Admin;

/// <summary>Which accounts a page lists.</summary>
public sealed record UsersPage(IReadOnlyList<AccountEntry> Accounts, string? Query, string? Older, bool IsFirst);

/// <summary>All accounts: what they use, what they may use, and who is shut out.</summary>
[Authorize(Roles = Roles.Administrator), Route("admin/users")]
public sealed class UsersController(AccountDirectory directory, AccountService accounts, QuotaService quotas, CursorProtector cursors) : Controller
{
    [HttpGet]
    public async Task<IActionResult> List(string? q, string? cursor, CancellationToken ct)
    {
        var text = string.IsNullOrWhiteSpace(q) || !StorableText.IsStorable(q) ? null : q.Trim();
        var page = await directory.ListAsync(text, PageLimit.Default, cursors.ReadTime(cursor), ct);
        return View("Users", new UsersPage(page.Items, text, cursors.Protect(page.Next), cursor is null));
    }

    /// <summary>Sets the most tokens that an account may use; an empty field lifts the limit.</summary>
    [HttpPost("{id}/quota")]
    public async Task<IActionResult> SetQuota(EntityId id, [FromForm] QuotaForm form, CancellationToken ct)
    {
        if (ModelState.IsValid)
        {
            await quotas.SetAsync((await accounts.FindAsync(id.RequiredFor("User"))).Id, form.Tokens, ct);
        }
        TempData[Notice.Done] = ModelState.IsValid ? "The quota was set." : "A quota is a whole number of tokens, or nothing for no limit.";
        return RedirectToAction(nameof(List));
    }

    [HttpPost("{id}/disable")]
    public async Task<IActionResult> Disable(EntityId id, CancellationToken ct)
    {
        await accounts.SetDisabledAsync(id.RequiredFor("User"), disabled: true, ct);
        TempData[Notice.Done] = "The account was shut; all its sign-ins have ended.";
        return RedirectToAction(nameof(List));
    }

    [HttpPost("{id}/enable")]
    public async Task<IActionResult> Enable(EntityId id, CancellationToken ct)
    {
        await accounts.SetDisabledAsync(id.RequiredFor("User"), disabled: false, ct);
        TempData[Notice.Done] = "The account was opened.";
        return RedirectToAction(nameof(List));
    }
}
