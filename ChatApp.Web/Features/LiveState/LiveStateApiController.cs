using ChatApp.Data.Accounts;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Errors;
using ChatApp.Domain.LiveState;
using ChatApp.Domain.Sessions;
using ChatApp.Web.Features.Docs;
using ChatApp.Web.Infrastructure;
using ChatApp.Web.Integrations.Mcp;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;

namespace ChatApp.Web.Features.LiveState;

/// <summary>A session's live state, for clients that show whole states instead of following events. Any text names a session, which is created when first named.</summary>
[ApiController, Authorize, Route("api")]
public sealed class LiveStateApiController(
    SessionService sessions, ChatService chat, MessageService messages, ReplyService replies, SessionWatcher watcher, McpServers servers,
    CurrentUser user) : ControllerBase
{
    /// <summary>The current state. An API key without the scope <c>chat</c> creates no session: 404 for an unknown one.</summary>
    [HttpGet("state")]
    [ProducesResponseType<StateResponse>(200), ProducesResponseType<ProblemDetails>(404)]
    public async Task<StateResponse> Get([FromQuery] NamedSessionQuery query, CancellationToken ct) =>
        await StateAsync(await OpenAsync(query, ct), ct);

    /// <summary>Sends a message and returns the state at once, while the reply is being generated.</summary>
    [HttpPost("chat")]
    [RequestHeader(IdempotencyHeader.Name, IdempotencyHeader.Description)]
    [ProducesResponseType<StateResponse>(200), ProducesResponseType<ProblemDetails>(409)]
    public async Task<StateResponse> Send(LiveMessageRequest request, CancellationToken ct)
    {
        var session = await sessions.GetOrCreateNamedAsync(user.Id, request.SessionId, ct, Request.IdempotencyKeyHeader());
        var message = new NewMessage(request.Message!) { IdempotencyKey = Request.IdempotencyKeyHeader() };
        var accepted = await chat.AcceptAsync(user.Id, SessionKey.Of(session.Id), message, ct);
        return await StateAsync(accepted.Session, ct);
    }

    /// <summary>The current state, then each change, at most ten times a second.</summary>
    [HttpGet("chat/stream")]
    [ProducesResponseType<string>(200, "text/event-stream"), ProducesResponseType<ProblemDetails>(404)]
    [EnableRateLimiting(RateLimits.Streams)]
    public async Task<EventStreamResult> Watch([FromQuery] NamedSessionQuery query, CancellationToken ct)
    {
        var session = await OpenAsync(query, ct);
        var states = watcher.WatchAsync(session, HttpContext.RequestAborted);
        return new(states.Select(s => new ServerEvent(s.ToResponse(servers.IsConnecting)))) { OnFailure = text => new(text, Type: "error") };
    }

    /// <summary>Stops the reply that is being generated; its text so far is kept.</summary>
    [HttpPost("interrupt")]
    public async Task<StateResponse> Interrupt(InterruptRequest request, CancellationToken ct)
    {
        var session = await sessions.GetOrCreateNamedAsync(user.Id, request.SessionId, ct);
        return await StateAsync(await replies.StopAsync(user.Id, SessionKey.Of(session.Id), ct), ct);
    }

    /// <summary>Adds a system message, which the model sees from the next reply on.</summary>
    [HttpPost("system")]
    [RequestHeader(IdempotencyHeader.Name, IdempotencyHeader.Description)]
    public async Task<StateResponse> AddSystem(LiveMessageRequest request, CancellationToken ct)
    {
        var session = await sessions.GetOrCreateNamedAsync(user.Id, request.SessionId, ct, Request.IdempotencyKeyHeader());
        await messages.AddSystemAsync(user.Id, session.Id, request.Message!, Request.IdempotencyKeyHeader(), ct);
        return await StateAsync(session, ct);
    }

    private Task<ChatSession> OpenAsync(NamedSessionQuery query, CancellationToken ct) =>
        user.May(ApiScope.Chat) ? sessions.GetOrCreateNamedAsync(user.Id, query.SessionId, ct)
        : query.SessionId is { } name ? sessions.FindAsync(user.Id, new SessionKey(name), ct)
        : throw new NotFoundException("Chat");

    private async Task<StateResponse> StateAsync(ChatSession session, CancellationToken ct) =>
        (await watcher.ReadAsync(session, ct)).ToResponse(servers.IsConnecting);
}
