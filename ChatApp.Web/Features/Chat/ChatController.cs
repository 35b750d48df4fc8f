using ChatApp.Domain.Sessions;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Chat;

/// <summary>The pages of chats.</summary>
[Authorize, Route("chat-ui")]
public sealed class ChatController(ConversationPages pages) : Controller
{
    /// <summary>A new chat.</summary>
    [HttpGet]
    public IActionResult New(string? persona) => View("Conversation", pages.New(new MessageForm { Persona = persona }));

    /// <summary>A chat: its newest messages, those before a cursor, or those around one message.</summary>
    [HttpGet("{key}")]
    public async Task<IActionResult> Show(SessionKey key, string? before, EntityId? message, CancellationToken ct) =>
        View("Conversation", await pages.ShowAsync(key, before, ct, around: message?.Value));

    /// <summary>A fragment with the page's messages, for the script: the newest, in full after a position, or those before a cursor.</summary>
    [HttpGet("{key}/messages")]
    public async Task<IActionResult> Messages(SessionKey key, string? before, long after, CancellationToken ct) =>
        PartialView("_Messages", new MessagesFragment(await pages.ShowAsync(key, before, ct), after));

    /// <summary>One message, for the script that follows it.</summary>
    [HttpGet("messages/{id}")]
    public async Task<IActionResult> Message(EntityId id, CancellationToken ct) =>
        PartialView("_Message", await pages.MessageAsync(id.RequiredFor("Message"), ct));

    /// <summary>A message's tool calls, for the script.</summary>
    [HttpGet("messages/{id}/tools")]
    public async Task<IActionResult> Tools(EntityId id, CancellationToken ct) =>
        PartialView("_ToolCalls", await pages.MessageAsync(id.RequiredFor("Message"), ct));

    /// <summary>The Markdown of a message, to be copied.</summary>
    [HttpGet("messages/{id}/source")]
    public async Task<ContentResult> Source(EntityId id, CancellationToken ct) =>
        Content((await pages.MessageAsync(id.RequiredFor("Message"), ct)).Text, "text/plain; charset=utf-8");
}
