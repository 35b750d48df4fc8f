using ChatApp.Domain.Sessions;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Chat;

/// <summary>The pages of conversations.</summary>
[Authorize, Route("chat-ui")]
public sealed class ChatController(ConversationPages pages) : Controller
{
    /// <summary>Where a new conversation begins.</summary>
    [HttpGet]
    public IActionResult New(string? persona) => View("Conversation", pages.New(new MessageForm { Persona = persona }));

    /// <summary>A conversation: its newest messages, those before a cursor, or those around one message.</summary>
    [HttpGet("{key}")]
    public async Task<IActionResult> Show(SessionKey key, string? before, EntityId? message, CancellationToken ct) =>
        View("Conversation", await pages.ShowAsync(key, before, ct, around: message?.Value));

    /// <summary>One message, for the script that has followed its growing.</summary>
    [HttpGet("messages/{id}")]
    public async Task<IActionResult> Message(EntityId id, CancellationToken ct) =>
        PartialView("_Message", await pages.MessageAsync(id.RequiredFor("Message"), ct));

    /// <summary>The calls of a message's tools, for the script that follows them.</summary>
    [HttpGet("messages/{id}/tools")]
    public async Task<IActionResult> Tools(EntityId id, CancellationToken ct) =>
        PartialView("_ToolCalls", await pages.MessageAsync(id.RequiredFor("Message"), ct));

    /// <summary>A message as it was written, to be copied.</summary>
    [HttpGet("messages/{id}/source")]
    public async Task<ContentResult> Source(EntityId id, CancellationToken ct) =>
        Content((await pages.MessageAsync(id.RequiredFor("Message"), ct)).Text, "text/plain; charset=utf-8");
}
