using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Sessions;
using ChatApp.Web.Features.Docs;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Chat;

/// <summary>A session's messages.</summary>
[ApiController, Authorize, Route("chat/sessions/{key}/messages")]
public sealed class MessagesApiController(
    ChatService chat, MessageService messages, ReplyReader replies, CurrentUser user, CursorProtector cursors) : ControllerBase
{
    /// <summary>The newest messages, oldest first; the cursor leads to older ones.</summary>
    [HttpGet]
    [ProducesResponseType<HistoryResponse>(200), ProducesResponseType<ProblemDetails>(404)]
    public async Task<HistoryResponse> List(SessionKey key, [FromQuery] PageQuery page, CancellationToken ct)
    {
        var history = await messages.HistoryAsync(user.Id, key, page.Limit, cursors.ReadNumber(page.Cursor), ct);
        return history.ToResponse(user.Id, cursors);
    }

    /// <summary>Sends a message; with <c>wait=true</c> the response is sent when the reply has ended.</summary>
    [HttpPost]
    [RequestHeader(IdempotencyHeader.Name, IdempotencyHeader.Description)]
    [ProducesResponseType<MessageResponse>(201), ProducesResponseType<ProblemDetails>(404), ProducesResponseType<ProblemDetails>(409)]
    public async Task<CreatedResult> Send(SessionKey key, SendMessageRequest request, [FromQuery] bool wait, CancellationToken ct)
    {
        var accepted = await chat.AcceptAsync(user.Id, key, request.ToNewMessage(Request.IdempotencyKeyHeader()), ct);
        var reply = wait ? await replies.EndAsync(accepted.Reply, ct) : accepted.Reply;
        return Created((string?)null, accepted.Message.ToResponse() with { Reply = reply.ToResponse() });
    }

    /// <summary>Deletes one message.</summary>
    [HttpDelete("{id}")]
    [ProducesResponseType<MessageDeletedResponse>(200), ProducesResponseType<ProblemDetails>(404), ProducesResponseType<ProblemDetails>(409)]
    public async Task<MessageDeletedResponse> Delete(SessionKey key, EntityId id, CancellationToken ct)
    {
        await messages.DeleteAsync(user.Id, key, id.RequiredFor("Message"), ct);
        return new(true, "The message was deleted.", id.Value!.Value);
    }

    /// <summary>Restores a deleted message to its position.</summary>
    [HttpPost("{id}/restore")]
    [ProducesResponseType<MessageResponse>(200), ProducesResponseType<ProblemDetails>(404)]
    public async Task<MessageResponse> Restore(SessionKey key, EntityId id, CancellationToken ct) =>
        (await messages.RestoreAsync(user.Id, key, id.RequiredFor("Message"), ct)).ToResponse();
}
