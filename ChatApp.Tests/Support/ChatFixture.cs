using System.Net;
using System.Text.Json;
using ChatApp.Data.Checks;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ChatApp.Tests.Support;

/// <summary>A fixture with an app whose model does what the test says.</summary>
internal abstract class ChatFixture : AppFixture
{
    protected GatedModel Model { get; } = new();

    /// <summary>Whatever the tests did, together and against each other: the database keeps its rules.</summary>
    [OneTimeTearDown]
    public Task CheckDatabase() => AssertSoundAsync();

    /// <summary>The rules of the data hold.</summary>
    protected async Task AssertSoundAsync()
    {
        await using var connection = new NpgsqlConnection(App.ConnectionString);
        await connection.OpenAsync();
        Assert.That(await DatabaseCheck.RunAsync(connection, CancellationToken.None), Is.Empty);
    }

    protected override void Adjust(WebApplicationBuilder builder) => Model.AddTo(builder.Services);

    /// <summary>A session with this many exchanges in it, all of them answered.</summary>
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

    /// <summary>All messages of the session in their order, the deleted ones too.</summary>
    protected Task<List<ChatMessage>> StoredMessagesAsync(Guid sessionId) =>
        App.WithDb(db => db.Messages.AsNoTracking().Where(m => m.SessionId == sessionId).OrderBy(m => m.Seq).ToListAsync());

    protected Task<ChatMessage> StoredMessageAsync(Guid id) => App.WithDb(db => db.Messages.AsNoTracking().SingleAsync(m => m.Id == id));

    /// <summary>Waits until the answer's end is stored.</summary>
    protected async Task<ChatMessage> EndedAsync(Guid replyId)
    {
        await Eventually.TrueAsync(async () => (await StoredMessageAsync(replyId)).Status != MessageStatus.Generating, "the answer has ended");
        return await StoredMessageAsync(replyId);
    }
}
