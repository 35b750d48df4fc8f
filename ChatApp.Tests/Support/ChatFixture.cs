using System.Net;
using System.Text.Json;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Support;

/// <summary>A fixture with an app whose model the test controls.</summary>
internal abstract class ChatFixture : AppFixture
{
    protected GatedModel Model { get; } = new();

    /// <summary>Checks the rules of the data, as at the end of every fixture.</summary>
    protected Task AssertSoundAsync() => DataRules.AssertKeptAsync(App.ConnectionString);

    protected override void Adjust(WebApplicationBuilder builder) => Model.AddTo(builder.Services);

    /// <summary>Creates a session and sends it these messages, each with its reply.</summary>
    protected static async Task<JsonElement> CreateSessionAsync(TestUser user, string? title = null, params string[] messages)
    {
        var session = await user.Client.SendJsonAsync(HttpMethod.Post, "/chat/sessions", new { title }, HttpStatusCode.Created);
        foreach (var message in messages)
        {
            await user.Client.SendJsonAsync(
                HttpMethod.Post, $"/chat/sessions/{session.Text("id")}/messages?wait=true", new { content = message }, HttpStatusCode.Created);
        }
        return session;
    }

    protected Task<ChatSession> StoredSessionAsync(JsonElement session)
    {
        var id = session.Id();
        return App.WithDb(db => db.Sessions.AsNoTracking().SingleAsync(s => s.Id == id));
    }

    /// <summary>All messages of the session in order, including deleted ones.</summary>
    protected Task<List<ChatMessage>> StoredMessagesAsync(Guid sessionId) =>
        App.WithDb(db => db.Messages.AsNoTracking().Where(m => m.SessionId == sessionId).OrderBy(m => m.Seq).ToListAsync());

    protected Task<ChatMessage> StoredMessageAsync(Guid id) => App.WithDb(db => db.Messages.AsNoTracking().SingleAsync(m => m.Id == id));

    /// <summary>Waits until the end of the reply is stored.</summary>
    protected async Task<ChatMessage> EndedAsync(Guid replyId)
    {
        await Eventually.TrueAsync(async () => (await StoredMessageAsync(replyId)).Status != MessageStatus.Generating, "the reply has ended");
        return await StoredMessageAsync(replyId);
    }
}
