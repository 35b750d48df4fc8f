using ChatApp.Data.Accounts;
using ChatApp.Web.Features.Docs;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Accounts;

/// <summary>Personal API keys, for users who have signed in: a key cannot manage keys.</summary>
[ApiController, Authorize, Route("users/me/api-keys"), ApiScope(ApiScope.None)]
public sealed class ApiKeysApiController(ApiKeyService keys, CurrentUser user) : ControllerBase
{
    /// <summary>All keys of the account, without their secrets.</summary>
    [HttpGet]
    public async Task<ApiKeysResponse> List(CancellationToken ct) =>
        new([.. (await keys.ListAsync(user.Id, ct)).Select(k => k.ToResponse())]);

    /// <summary>Creates a key. Its secret is only in this response: a repeated request returns the key without it.</summary>
    [HttpPost]
    [RequestHeader(IdempotencyHeader.Name, IdempotencyHeader.Description)]
    [ProducesResponseType<CreatedApiKeyResponse>(201), ProducesResponseType<ProblemDetails>(400), ProducesResponseType<ProblemDetails>(409)]
    public async Task<ActionResult<CreatedApiKeyResponse>> Create(ApiKeyRequest request, CancellationToken ct)
    {
        var (key, secret) = await keys.CreateAsync(user.Id, request.ToNewApiKey(Request.IdempotencyKeyHeader()), ct);
        return Created("/users/me/api-keys", new CreatedApiKeyResponse(key.ToResponse(), secret));
    }

    /// <summary>Revokes a key permanently.</summary>
    [HttpDelete("{id}")]
    [ProducesResponseType(204), ProducesResponseType<ProblemDetails>(404)]
    public async Task<NoContentResult> Revoke(EntityId id, CancellationToken ct)
    {
        await keys.RevokeAsync(user.Id, id.RequiredFor("API key"), ct);
        return NoContent();
    }
}
