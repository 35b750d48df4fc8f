using ChatApp.Domain.Sessions;
using ChatApp.Web.Features.Docs;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Sessions;

/// <summary>The caller's sessions.</summary>
[ApiController, Authorize, Route("chat/sessions")]
public sealed class SessionsApiController(SessionService sessions, TrashService trash, CurrentUser user, CursorProtector cursors) : ControllerBase
{
    /// <summary>The caller's statistics and sessions, newest activity first; <c>archived=true</c> lists the archive, <c>deleted=true</c> the trash; <c>q</c> searches titles.</summary>
    [HttpGet]
    public async Task<SessionListResponse> List([FromQuery] PageQuery page, [FromQuery] SessionListQuery query, CancellationToken ct)
    {
        var list = await sessions.ListAsync(user.Id, query.ToFilter(), page.Limit, cursors.ReadTime(page.Cursor), ct);
        var totals = await sessions.TotalsAsync(user.Id, ct);
        return new(
            user.Id, ChatSession.DefaultThreadId(user.Id), totals.Messages, totals.Tokens, totals.FirstMessageAt, totals.LastMessageAt,
            list.Items.Count, [.. list.Items.Select(i => i.ToResponse())], cursors.Protect(list.Next));
    }

    /// <summary>Creates a session.</summary>
    [HttpPost]
    [RequestHeader(IdempotencyHeader.Name, IdempotencyHeader.Description)]
    [ProducesResponseType<SessionResponse>(201), ProducesResponseType<ProblemDetails>(400)]
    public async Task<CreatedResult> Create(CreateSessionRequest request, CancellationToken ct)
    {
        var session = await sessions.CreateAsync(user.Id, request.ToNewSession(Request.IdempotencyKeyHeader()), ct);
        Response.SetETag(session);
        return Created($"/chat/sessions/{session.Id}", session.ToResponse());
    }

    /// <summary>One session; its <c>ETag</c> is the version that <c>If-Match</c> takes.</summary>
    [HttpGet("{key}")]
    [ProducesResponseType<SessionResponse>(200), ProducesResponseType<ProblemDetails>(404)]
    public async Task<SessionResponse> Get(SessionKey key, CancellationToken ct)
    {
        var session = await sessions.FindAsync(user.Id, key, ct);
        Response.SetETag(session);
        return session.ToResponse();
    }

    /// <summary>Renames, pins, archives or otherwise changes a session; with <c>If-Match</c>, only the version that the caller has seen.</summary>
    [HttpPut("{key}")]
    [RequestHeader("If-Match", "The `ETag` that the caller has seen: 412 if the session has changed since.")]
    [ProducesResponseType<SessionResponse>(200), ProducesResponseType<ProblemDetails>(404), ProducesResponseType<ProblemDetails>(412)]
    public async Task<SessionResponse> Update(SessionKey key, UpdateSessionRequest request, CancellationToken ct)
    {
        var session = await sessions.UpdateAsync(user.Id, key, request.ToChanges(Request.IfMatch()), ct);
        Response.SetETag(session);
        return session.ToResponse();
    }

    /// <summary>Moves a session to the trash; with <c>permanent=true</c>, deletes one in the trash permanently.</summary>
    [HttpDelete("{key}")]
    [ProducesResponseType<SessionDeletedResponse>(200), ProducesResponseType<ProblemDetails>(404), ProducesResponseType<ProblemDetails>(409)]
    public async Task<SessionDeletedResponse> Delete(SessionKey key, [FromQuery] bool permanent, CancellationToken ct) => permanent
        ? new(true, "The session was deleted permanently.", await trash.RemoveAsync(user.Id, key, ct))
        : new(true, "The session is in the trash.", await trash.DeleteAsync(user.Id, key, ct));

    /// <summary>Restores a session from the trash, with its messages.</summary>
    [HttpPost("{key}/restore")]
    [ProducesResponseType<SessionResponse>(200), ProducesResponseType<ProblemDetails>(404)]
    public async Task<SessionResponse> Restore(SessionKey key, CancellationToken ct)
    {
        var session = await trash.RestoreAsync(user.Id, key, ct);
        Response.SetETag(session);
        return session.ToResponse();
    }
}
