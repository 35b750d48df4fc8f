using ChatApp.Data.Accounts;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Admin;

/// <summary>The page that creates a reset link.</summary>
/// <param name="Id">The account.</param>
/// <param name="UserName">Its name.</param>
/// <param name="HasTwoFactor">Whether it has two-factor sign-in.</param>
/// <param name="Link">The new link, which is shown only once; null before it was created.</param>
public sealed record ResetLinkPage(Guid Id, string UserName, bool HasTwoFactor, string? Link = null);

/// <summary>Links with which users who cannot sign in set a new password.</summary>
[Authorize(Roles = Roles.Administrator), Route("admin/users/{id}/reset-link")]
public sealed class ResetLinkController(AccountService accounts, PasswordResets resets) : Controller
{
    [HttpGet]
    public async Task<IActionResult> Show(EntityId id) => View("ResetLink", await PageAsync(id));

    /// <summary>Creates a link and shows it, only this once.</summary>
    [HttpPost]
    public async Task<IActionResult> Create(EntityId id, [FromForm] bool removesTwoFactor, CancellationToken ct)
    {
        var page = await PageAsync(id);
        var secret = await resets.CreateAsync(page.Id, removesTwoFactor, ct);
        return View("ResetLink", page with { Link = $"{Request.Scheme}://{Request.Host}{Request.PathBase}/reset-password?token={secret}" });
    }

    private async Task<ResetLinkPage> PageAsync(EntityId id)
    {
        var account = await accounts.FindAsync(id.RequiredFor("User"));
        return new(account.Id, account.UserName!, account.TwoFactorEnabled);
    }
}
