using ChatApp.Domain.Chat;
using ChatApp.Domain.Sessions;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Chat;

/// <summary>The history of a thread.</summary>
[ApiController, Authorize, Route("chat/history")]
public sealed class HistoryApiController(MessageService messages, CurrentUser user, CursorProtector cursors) : ControllerBase
{
    /// <summary>The newest messages, oldest first; the cursor leads to older ones.</summary>
    [HttpGet]
    [ProducesResponseType<HistoryResponse>(200), ProducesResponseType<ProblemDetails>(404)]
    public async Task<HistoryResponse> Get([FromQuery] PageQuery page, [FromQuery(Name = "thread_id")] SessionKey? threadId, CancellationToken ct)
    {
        var history = await messages.HistoryAsync(user.Id, threadId, page.Limit, cursors.ReadNumber(page.Cursor), ct);
        return history.ToResponse(user.Id, cursors);
    }

    /// <summary>Deletes the thread's messages; the thread stays.</summary>
    [HttpDelete]
    [ProducesResponseType<HistoryClearedResponse>(200), ProducesResponseType<ProblemDetails>(404), ProducesResponseType<ProblemDetails>(409)]
    public async Task<HistoryClearedResponse> Clear([FromQuery(Name = "thread_id")] SessionKey? threadId, CancellationToken ct) =>
        new(true, "The thread's messages were deleted.", await messages.ClearAsync(user.Id, threadId, ct));
}

internal static class HistoryMapping
{
    extension(History history)
    {
        public HistoryResponse ToResponse(Guid userId, CursorProtector cursors) => new(
            history.Session?.ThreadId ?? ChatSession.DefaultThreadId(userId), history.Session?.Id, history.Session?.MessageCount ?? 0,
            [.. history.Messages.Select(m => m.ToResponse())], cursors.Protect(history.Older));
    }
}
