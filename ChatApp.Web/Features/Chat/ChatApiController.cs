using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Usage;
using ChatApp.Web.Features.Docs;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;

namespace ChatApp.Web.Features.Chat;

/// <summary>Sends messages on a thread.</summary>
[ApiController, Authorize, Route("chat")]
public sealed class ChatApiController(ChatService chat, ReplyReader replies, CurrentUser user) : ControllerBase
{
    /// <summary>Sends a message and waits for the whole reply, which is generated and stored even if the caller disconnects.</summary>
    [HttpPost]
    [RequestHeader(IdempotencyHeader.Name, IdempotencyHeader.Description)]
    [ProducesResponseType<ChatResponse>(200), ProducesResponseType<ProblemDetails>(404), ProducesResponseType<ProblemDetails>(409), ProducesResponseType<ProblemDetails>(503)]
    public async Task<ChatResponse> Send(ChatRequest request, CancellationToken ct)
    {
        var accepted = await chat.AcceptAsync(user.Id, request.Key, request.ToNewMessage(Request.IdempotencyKeyHeader()), ct);
        var reply = await replies.EndAsync(accepted.Reply, ct);
        return reply.Status == MessageStatus.Failed
            ? throw new UnavailableException(MessageDetails.From(reply.Metadata).Error ?? "")
            : new(reply.Content, accepted.Session.ThreadId, reply.SessionId, reply.Id, TokenUsage.Of(reply)?.ToResponse());
    }

    /// <summary>Sends a message and streams the reply as server-sent events.</summary>
    [HttpPost("stream")]
    [RequestHeader(IdempotencyHeader.Name, IdempotencyHeader.Description)]
    [ProducesResponseType<string>(200, "text/event-stream"), ProducesResponseType<ProblemDetails>(404), ProducesResponseType<ProblemDetails>(409)]
    [EnableRateLimiting(RateLimits.Streams)]
    public async Task<EventStreamResult> Stream(ChatRequest request, CancellationToken ct)
    {
        var accepted = await chat.AcceptAsync(user.Id, request.Key, request.ToNewMessage(Request.IdempotencyKeyHeader()), ct);
        var start = new ReplyStream.StartEvent(accepted.Session.Id, accepted.Session.ThreadId, accepted.Message.Id, accepted.Reply.Id);
        return ReplyStream.ToResult(start, replies.ReadAsync(accepted.Reply, 0, HttpContext.RequestAborted), resumedAt: null);
    }
}
