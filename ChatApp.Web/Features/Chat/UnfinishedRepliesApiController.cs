using ChatApp.Domain.Chat.Replies;
using ChatApp.Web.Features.Docs;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Chat;

/// <summary>Continues or retries replies that were interrupted or failed.</summary>
[ApiController, Authorize, Route("chat/messages/{id}")]
public sealed class UnfinishedRepliesApiController(ReplyService replies, CurrentUser user) : ControllerBase
{
    /// <summary>Lets the model continue the reply where it ends: the same message grows.</summary>
    [HttpPost("continue")]
    [RequestHeader(IdempotencyHeader.Name, IdempotencyHeader.Description)]
    [ProducesResponseType<MessageResponse>(200), ProducesResponseType<ProblemDetails>(404), ProducesResponseType<ProblemDetails>(409)]
    public async Task<MessageResponse> Continue(EntityId id, CancellationToken ct) =>
        (await replies.ContinueAsync(user.Id, id.RequiredFor("Message"), Request.IdempotencyKeyHeader(), ct)).ToResponse();

    /// <summary>Lets the session's model, or the named one, which then becomes the session's, reply again; the unfinished reply is deleted, or reused if it is empty.</summary>
    [HttpPost("retry")]
    [RequestHeader(IdempotencyHeader.Name, IdempotencyHeader.Description)]
    [ProducesResponseType<MessageResponse>(200), ProducesResponseType<ProblemDetails>(400), ProducesResponseType<ProblemDetails>(404), ProducesResponseType<ProblemDetails>(409)]
    public async Task<MessageResponse> Retry(EntityId id, string? model, CancellationToken ct) =>
        (await replies.RetryAsync(user.Id, id.RequiredFor("Message"), model, Request.IdempotencyKeyHeader(), ct)).ToResponse();
}
