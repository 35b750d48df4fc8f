using ChatApp.Data.Accounts;
using ChatApp.Web.Features.Shared;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Accounts;

/// <summary>The model of the API keys page.</summary>
/// <param name="Keys">The account's keys.</param>
/// <param name="Form">The form's input.</param>
/// <param name="Created">The key that has just been created, with its secret.</param>
public sealed record ApiKeysPage(IReadOnlyList<ApiKeyResponse> Keys, ApiKeyRequest Form, CreatedApiKeyResponse? Created);

/// <summary>The page of the caller's API keys.</summary>
[Authorize, Route("account/api-keys")]
public sealed class ApiKeysController(ApiKeyService keys, CurrentUser user) : Controller
{
    [HttpGet]
    public async Task<IActionResult> List(CancellationToken ct) => await ShowAsync(new ApiKeyRequest(), null, ct);

    /// <summary>Creates a key and shows its secret, only this once.</summary>
    [HttpPost]
    public async Task<IActionResult> Create([FromForm] ApiKeyRequest form, CancellationToken ct)
    {
        if (!ModelState.IsValid)
        {
            Response.StatusCode = StatusCodes.Status400BadRequest;
            return await ShowAsync(form, null, ct);
        }
        var (key, secret) = await keys.CreateAsync(user.Id, form.ToNewApiKey(), ct);
        ModelState.Clear();
        return await ShowAsync(new ApiKeyRequest(), new(key.ToResponse(), secret), ct);
    }

    [HttpPost("{id}/revoke")]
    public async Task<IActionResult> Revoke(EntityId id, CancellationToken ct)
    {
        await keys.RevokeAsync(user.Id, id.RequiredFor("API key"), ct);
        TempData[Notice.Done] = "The key was revoked. Programs can no longer use it.";
        return RedirectToAction(nameof(List));
    }

    private async Task<ViewResult> ShowAsync(ApiKeyRequest form, CreatedApiKeyResponse? created, CancellationToken ct) =>
        View("ApiKeys", new ApiKeysPage([.. (await keys.ListAsync(user.Id, ct)).Select(k => k.ToResponse())], form, created));
}
