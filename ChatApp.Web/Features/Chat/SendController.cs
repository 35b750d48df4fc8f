using ChatApp.Domain.Chat;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Sessions;
using ChatApp.Web.Features.Shared;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Chat;

/// <summary>The composer's form without scripts. It redirects to the page with the reply so far.</summary>
[Authorize, Route("chat-ui")]
public sealed class SendController(
    ChatService chat, SessionService sessions, MessageRules rules, ConversationPages pages, CurrentUser user) : Controller
{
    /// <summary>Starts a session.</summary>
    [HttpPost("messages")]
    public async Task<IActionResult> Start([FromForm] MessageForm form, CancellationToken ct)
    {
        try
        {
            var message = form.ToNewMessage();
            await rules.CheckAsync(message, ct); // before an empty session is created
            var session = await sessions.CreateAsync(user.Id, new NewSession { Persona = form.Persona }, ct);
            return await AcceptAsync(SessionKey.Of(session.Id), form, ct);
        }
        catch (ChatAppException e) when (e is not UnavailableException)
        {
            return Again(pages.New(form, e.Message), e);
        }
    }

    /// <summary>Sends a message in a session.</summary>
    [HttpPost("{key}/messages")]
    public async Task<IActionResult> Send(SessionKey key, [FromForm] MessageForm form, CancellationToken ct)
    {
        try
        {
            return await AcceptAsync(key, form, ct);
        }
        catch (ChatAppException e) when (e is not (NotFoundException or UnavailableException))
        {
            return Again(await pages.ShowAsync(key, before: null, ct, form, e.Message), e);
        }
    }

    private async Task<IActionResult> AcceptAsync(SessionKey key, MessageForm form, CancellationToken ct)
    {
        var accepted = await chat.AcceptAsync(user.Id, key, form.ToNewMessage(), ct);
        return Redirect(Links.Session(accepted.Session.Id));
    }

    private ViewResult Again(ConversationPage page, ChatAppException problem)
    {
        Response.StatusCode = ErrorHandling.StatusOf(problem);
        return View("Conversation", page);
    }
}
