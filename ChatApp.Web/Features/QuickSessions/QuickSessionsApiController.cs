using ChatApp.Domain.Chat;
using ChatApp.Domain.Sessions;
using ChatApp.Web.Features.Docs;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.QuickSessions;

/// <summary>Sessions for clients that know only a display name and a persona.</summary>
[ApiController, Authorize, Route("api")]
public sealed class QuickSessionsApiController(SessionService sessions, MessageService messages, CurrentUser user, CursorProtector cursors) : ControllerBase
{
    /// <summary>Creates a session.</summary>
    [HttpPost("session/create")]
    [RequestHeader(IdempotencyHeader.Name, IdempotencyHeader.Description)]
    [ProducesResponseType<QuickSessionResponse>(200), ProducesResponseType<ProblemDetails>(400), ProducesResponseType<ProblemDetails>(409)]
    public async Task<QuickSessionResponse> Create(QuickSessionRequest request, CancellationToken ct) =>
        (await sessions.CreateAsync(user.Id, request.ToNewSession(Request.IdempotencyKeyHeader()), ct)).ToQuickResponse();

    /// <summary>The caller's sessions that are not archived, newest activity first.</summary>
    [HttpGet("sessions")]
    public async Task<QuickSessionsResponse> List([FromQuery] PageQuery page, CancellationToken ct)
    {
        var list = await sessions.ListAsync(user.Id, new SessionFilter(Archived: false), page.Limit, cursors.ReadTime(page.Cursor), ct);
        return new([.. list.Items.Select(i => i.Session.ToQuickItem())], cursors.Protect(list.Next));
    }

    /// <summary>A session's whole history; the session is identified by its id, its thread key or its display name (the most recent one).</summary>
    [HttpGet("session/{key}/history")]
    [ProducesResponseType<QuickHistoryResponse>(200), ProducesResponseType<ProblemDetails>(404)]
    public async Task<QuickHistoryResponse> History(SessionKey key, CancellationToken ct)
    {
        var session = await sessions.FindByKeyOrTitleAsync(user.Id, key, ct);
        return new(session.Title, session.MessageCount, [.. (await messages.AllAsync(session, ct)).Select(m => m.ToQuickMessage())]);
    }
}
