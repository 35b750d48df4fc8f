using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Web.Features.Docs;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Chat;

/// <summary>An answer's events, for clients that lost the connection or come later.</summary>
[ApiController, Authorize, Route("chat/messages/{id}/stream")]
public sealed class ReplyStreamApiController(ReplyReader replies, CurrentUser user) : ControllerBase
{
    /// <summary>Replays what came after <c>Last-Event-ID</c> (without it, everything) and goes on live.</summary>
    [HttpGet]
    [RequestHeader("Last-Event-ID", "The `id` of the last event that came; the stream goes on after it.")]
    [ProducesResponseType<string>(200, "text/event-stream"), ProducesResponseType<ProblemDetails>(404)]
    public async Task<EventStreamResult> Resume(EntityId id, CancellationToken ct)
    {
        var reply = await replies.FindAsync(user.Id, id.RequiredFor("Message"), ct);
        var position = ReplyStream.LastEventId(Request);
        var start = new ReplyStream.StartEvent(reply.Message.SessionId, reply.ThreadId, reply.UserMessageId, reply.Message.Id);
        return ReplyStream.ToResult(start, replies.ReadAsync(reply.Message, position ?? 0, HttpContext.RequestAborted), greet: position is null);
    }
}
