using ChatApp.Data.Accounts;
using ChatApp.Domain.Completions;
using ChatApp.Domain.Models;
using ChatApp.Web.Features.Docs;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;

namespace ChatApp.Web.Features.Completions;

/// <summary>The part of OpenAI's API that most programs need, so that they work here unchanged.</summary>
[ApiController, Authorize, Route("v1")]
public sealed class CompletionsApiController(CompletionService completions, CompletionReplies replies, IModelCatalog models, CurrentUser user) : ControllerBase
{
    /// <summary>The models available now.</summary>
    [HttpGet("models"), ApiScope(ApiScope.Read | ApiScope.Chat)]
    public async Task<CompletionModels> Models(CancellationToken ct) =>
        new([.. (await models.ListAsync(ct)).Where(m => m.Problem is null).Select(m => new CompletionModel(m.Id, 0, m.Provider))]);

    /// <summary>
    /// Replies to the last message, whole or, with <c>stream</c>, in chunks. With <c>"store": true</c> or <c>metadata.session_id</c> the exchange is stored in a session.
    /// </summary>
    [HttpPost("chat/completions"), AlsoStreams]
    [RequestHeader(IdempotencyHeader.Name, IdempotencyHeader.Description)]
    [ProducesResponseType<CompletionResponse>(200), ProducesResponseType<ProblemDetails>(400), ProducesResponseType<ProblemDetails>(409)]
    [EnableRateLimiting(RateLimits.Streams)]
    public async Task<IActionResult> Complete(CompletionRequest request, CancellationToken ct)
    {
        var accepted = await completions.AcceptAsync(user.Id, request.ToNewCompletion(Request.IdempotencyKeyHeader()), ct);
        return request.Stream == true
            ? new EventStreamResult(replies.ChunksAsync(accepted, request.StreamOptions?.IncludeUsage == true, HttpContext.RequestAborted))
            : Ok(await replies.WholeAsync(accepted, HttpContext.RequestAborted));
    }
}
