using ChatApp.Domain.Chat.Replies;
using ChatApp.Web.Features.Docs;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;

namespace ChatApp.Web.Features.Chat;

/// <summary>A reply's events, for clients that lost the connection or connect later.</summary>
[ApiController, Authorize, Route("chat/messages/{id}/stream")]
public sealed class ReplyStreamApiController(ReplyReader replies, CurrentUser user) : ControllerBase
{
    /// <summary>Replays the events after <c>Last-Event-ID</c> (without it, all of them) and then continues live.</summary>
    [HttpGet]
    [RequestHeader("Last-Event-ID", "The `id` of the last event received; the stream continues after it.")]
    [ProducesResponseType<string>(200, "text/event-stream"), ProducesResponseType<ProblemDetails>(404)]
    [EnableRateLimiting(RateLimits.Streams)]
    public async Task<EventStreamResult> Resume(EntityId id, CancellationToken ct)
    {
        var (reply, threadId, question) = await replies.FindAsync(user.Id, id.RequiredFor("Message"), ct);
        var position = ReplyStream.LastEventId(Request);
        var start = new ReplyStream.StartEvent(reply.SessionId, threadId, question, reply.Id);
        return ReplyStream.ToResult(start, replies.ReadAsync(reply, position ?? 0, HttpContext.RequestAborted), position);
    }
}
