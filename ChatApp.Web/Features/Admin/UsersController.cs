using System.Globalization;
using ChatApp.Data.Accounts;
using ChatApp.Data.Security;
using ChatApp.Domain.Paging;
using ChatApp.Domain.Text;
using ChatApp.Domain.Usage;
using ChatApp.Web.Features.Shared;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace ChatApp.Web.Features.Admin;

/// <summary>One page of the list of accounts.</summary>
public sealed record UsersPage(IReadOnlyList<AccountEntry> Accounts, string? Query, string? Older, bool IsFirst, long? DefaultQuota)
{
    /// <summary>What holds for accounts without a quota of their own.</summary>
    public string Default => DefaultQuota is { } tokens ? $"Default: {tokens.ToString("N0", CultureInfo.InvariantCulture)}" : "No limit";
}

/// <summary>All accounts, with their usage, quota and whether they are disabled.</summary>
[Authorize(Roles = Roles.Administrator), Route("admin/users")]
public sealed class UsersController(AccountDirectory directory, AccountService accounts, QuotaService quotas, SecurityLog security, CursorProtector cursors, IOptions<QuotaSettings> settings) : Controller
{
    [HttpGet]
    public async Task<IActionResult> List(string? q, string? cursor, CancellationToken ct)
    {
        var text = string.IsNullOrWhiteSpace(q) || !StorableText.IsStorable(q) ? null : q.Trim();
        var page = await directory.ListAsync(text, PageLimit.Default, cursors.ReadTime(cursor), ct);
        return View("Users", new UsersPage(page.Items, text, cursors.Protect(page.Next), cursor is null, settings.Value.DefaultTokens));
    }

    /// <summary>Sets the maximum number of tokens an account may use; an empty field leaves it to the default.</summary>
    [HttpPost("{id}/quota")]
    public async Task<IActionResult> SetQuota(EntityId id, [FromForm] QuotaForm form, CancellationToken ct)
    {
        if (ModelState.IsValid)
        {
            var user = await accounts.FindAsync(id.RequiredFor("User"));
            await quotas.SetAsync(user.Id, form.Tokens, ct);
            await security.AddAsync(SecurityEventKind.QuotaChanged, user.Id, detail: form.Tokens is { } tokens ? $"{tokens} tokens" : "the default");
        }
        TempData[Notice.Done] = ModelState.IsValid ? "The quota was saved." : "Enter a whole number of tokens, or leave the field empty for the default.";
        return RedirectToAction(nameof(List));
    }

    /// <summary>Lets everybody try to sign in to an account again, after too many failed attempts.</summary>
    [HttpPost("{id}/unlock")]
    public async Task<IActionResult> Unlock(EntityId id, CancellationToken ct)
    {
        await accounts.UnlockAsync(id.RequiredFor("User"), ct);
        TempData[Notice.Done] = "Sign-in is possible again.";
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
