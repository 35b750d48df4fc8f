using ChatApp.Domain.Chat.Replies;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;

namespace ChatApp.Web.Features.Chat;

/// <summary>Changes in all of the caller's sessions, in one stream that a browser's tabs share.</summary>
[ApiController, Authorize, Route("chat/events")]
public sealed class EventsApiController(UserFeed feed, CurrentUser user) : ControllerBase
{
    /// <summary>
    /// Events <c>{"type":"sessions","sessions":["session_id"],"generating":[{"session_id","message_id"}]}</c> at first and after every change, with
    /// the sessions that have changed (without <c>sessions</c>, any may have); <c>{"type":"reply","session_id","message_id","start","content"}</c> while replies
    /// grow; and <c>{"type":"tools","session_id","message_id"}</c> when the tool calls of a reply progress.
    /// </summary>
    [HttpGet]
    [ProducesResponseType<string>(200, "text/event-stream")]
    [EnableRateLimiting(RateLimits.Streams)]
    public EventStreamResult Get() => new(feed.WatchAsync(user.Id, HttpContext.RequestAborted).Select(ToServerEvent));

    private static ServerEvent ToServerEvent(UserEvent e) => e switch
    {
        SessionsChanged changed => new(new
        {
            type = "sessions",
            sessions = changed.Sessions,
            generating = changed.Generating.Select(g => new { session_id = g.SessionId, message_id = g.MessageId }),
        }),
        ReplyProgress { Text: { } text } reply => new(new
        {
            type = "reply",
            session_id = reply.SessionId,
            message_id = reply.MessageId,
            start = text.End - text.Content.Length,
            content = text.Content,
        }),
        ReplyProgress reply => new(new { type = "tools", session_id = reply.SessionId, message_id = reply.MessageId }),
        _ => throw new InvalidOperationException($"No event for {e.GetType().Name}."),
    };
}
