using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Sessions;
using ChatApp.Web.Features.Shared;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Chat;

/// <summary>The buttons of replies: stop the one that is being generated, continue or retry one that is unfinished.</summary>
[Authorize, Route("chat-ui")]
public sealed class ReplyActionsController(ReplyService replies, ToolDecisions decisions, CurrentUser user) : Controller
{
    [HttpPost("{key}/stop")]
    public async Task<IActionResult> Stop(SessionKey key, CancellationToken ct) =>
        Redirect(Links.Session((await replies.StopAsync(user.Id, key, ct)).Id));

    [HttpPost("messages/{id}/continue")]
    public async Task<IActionResult> Continue(EntityId id, CancellationToken ct) =>
        Redirect(Links.Session((await replies.ContinueAsync(user.Id, id.RequiredFor("Message"), idempotencyKey: null, ct)).SessionId));

    [HttpPost("messages/{id}/retry")]
    public async Task<IActionResult> Retry(EntityId id, [FromForm] string? model, CancellationToken ct) =>
        Redirect(Links.Session((await replies.RetryAsync(user.Id, id.RequiredFor("Message"), model, idempotencyKey: null, ct)).SessionId));

    /// <summary>Allows or denies a tool call.</summary>
    [HttpPost("messages/{id}/tools/{callId}")]
    public async Task<IActionResult> Decide(EntityId id, string callId, [FromForm] ToolDecisionRequest form, CancellationToken ct) =>
        ModelState.IsValid
            ? Redirect(Links.Session((await decisions.DecideAsync(id.RequiredFor("Message"), callId, form.ToDecision(), ct)).SessionId))
            : BadRequest();
}
