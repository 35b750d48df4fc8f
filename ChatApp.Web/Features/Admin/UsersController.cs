using ChatApp.Data.Accounts;
using ChatApp.Data.Security;
using ChatApp.Domain.Paging;
using ChatApp.Domain.Text;
using ChatApp.Domain.Usage;
using ChatApp.Web.Features.Shared;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Admin;

/// <summary>One page of the list of accounts.</summary>
public sealed record UsersPage(IReadOnlyList<AccountEntry> Accounts, string? Query, string? Older, bool IsFirst);

/// <summary>All accounts, with their usage, quota and whether they are disabled.</summary>
[Authorize(Roles = Roles.Administrator), Route("admin/users")]
public sealed class UsersController(AccountDirectory directory, AccountService accounts, QuotaService quotas, SecurityLog security, CursorProtector cursors) : Controller
{
    [HttpGet]
    public async Task<IActionResult> List(string? q, string? cursor, CancellationToken ct)
    {
        var text = string.IsNullOrWhiteSpace(q) || !StorableText.IsStorable(q) ? null : q.Trim();
        var page = await directory.ListAsync(text, PageLimit.Default, cursors.ReadTime(cursor), ct);
        return View("Users", new UsersPage(page.Items, text, cursors.Protect(page.Next), cursor is null));
    }

    /// <summary>Sets the maximum number of tokens an account may use; an empty field removes the limit.</summary>
    [HttpPost("{id}/quota")]
    public async Task<IActionResult> SetQuota(EntityId id, [FromForm] QuotaForm form, CancellationToken ct)
    {
        if (ModelState.IsValid)
        {
            var user = await accounts.FindAsync(id.RequiredFor("User"));
            await quotas.SetAsync(user.Id, form.Tokens, ct);
            await security.AddAsync(SecurityEventKind.QuotaChanged, user.Id, detail: form.Tokens is { } tokens ? $"{tokens} tokens" : "no limit");
        }
        TempData[Notice.Done] = ModelState.IsValid ? "The quota was saved." : "Enter a whole number of tokens, or leave the field empty for no limit.";
        return RedirectToAction(nameof(List));
    }

    [HttpPost("{id}/disable")]
    public async Task<IActionResult> Disable(EntityId id, CancellationToken ct)
    {
        await accounts.SetDisabledAsync(id.RequiredFor("User"), disabled: true, ct);
        TempData[Notice.Done] = "The account was disabled and signed out everywhere.";
        return RedirectToAction(nameof(List));
    }

    [HttpPost("{id}/enable")]
    public async Task<IActionResult> Enable(EntityId id, CancellationToken ct)
    {
        await accounts.SetDisabledAsync(id.RequiredFor("User"), disabled: false, ct);
        TempData[Notice.Done] = "The account was enabled.";
        return RedirectToAction(nameof(List));
    }
}
