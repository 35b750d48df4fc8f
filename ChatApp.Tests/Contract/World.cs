using System.Net;
using System.Text.Json;
using ChatApp.Domain.ToolCommands;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Contract;

/// <summary>The callers of a route.</summary>
internal enum Caller
{
    Anonymous,
    Owner,
    Stranger,
    Disabled,
    ApiKey,
    Administrator,
}

/// <summary>The users of the contract tests, and the data of one of them, the owner, created on demand.</summary>
internal sealed class World(TestApp app, GatedModel model, ScriptedTools tools)
{
    private const string Writer = "write_note";

    private TestUser _administrator = null!;
    private TestUser _stranger = null!;
    private TestUser _disabled = null!;
    private string _key = "";
    private int _next;

    public TestUser Owner { get; private set; } = null!;

    public async Task BeginAsync()
    {
        tools.Add(Writer, "Written.", asksFirst: true);
        _administrator = await app.RegisterAsync("admin"); // the first account
        Owner = await app.RegisterAsync("owner");
        _stranger = await app.RegisterAsync("stranger");
        _disabled = await app.RegisterAsync("disabled");
        _key = (await Owner.Client.SendJsonAsync(HttpMethod.Post, "/users/me/api-keys", new { name = "all", scopes = new[] { "read", "chat", "export", "tools" } }, HttpStatusCode.Created)).Text("secret");
        await app.WithDb(db => db.Users.Where(u => u.Id == _disabled.Id).ExecuteUpdateAsync(u => u.SetProperty(x => x.DisabledAt, TimeProvider.System.GetUtcNow())));
    }

    /// <summary>A client with its own credentials, because the call may revoke them.</summary>
    public async Task<HttpClient> ClientAsync(Caller caller) => caller switch
    {
        Caller.Anonymous => app.Anonymous(),
        Caller.Owner => (await app.LogInAsync(Owner.Name, TestUser.Password)).Client,
        Caller.Stranger => (await app.LogInAsync(_stranger.Name, TestUser.Password)).Client,
        Caller.Disabled => app.WithToken(_disabled.AccessToken),
        Caller.ApiKey => app.WithToken(_key),
        Caller.Administrator => (await app.LogInAsync(_administrator.Name, TestUser.Password)).Client,
        _ => throw new ArgumentOutOfRangeException(nameof(caller)),
    };

    /// <summary>A unique text.</summary>
    public string New(string text) => $"{text}{Interlocked.Increment(ref _next)}";

    public async Task<string> RefreshTokenAsync() => (await app.LogInAsync(Owner.Name, TestUser.Password)).RefreshToken;

    public async Task<string> ApiKeyAsync() =>
        (await OwnerPostsAsync("/users/me/api-keys", new { name = New("key"), scopes = new[] { "read" } }, HttpStatusCode.Created)).GetProperty("key").Text("id");

    /// <summary>A sign-in of the owner.</summary>
    public async Task<string> SignInAsync()
    {
        var client = (await app.LogInAsync(Owner.Name, TestUser.Password)).Client;
        return (await client.GetJsonAsync("/users/me/sign-ins")).Items("sign_ins").Single(s => s.GetProperty("current").GetBoolean()).Text("id");
    }

    public async Task<string> SessionAsync() => (await OwnerPostsAsync("/chat/sessions", new { title = New("Session ") }, HttpStatusCode.Created)).Text("id");

    public async Task<string> TrashedSessionAsync()
    {
        var id = await SessionAsync();
        await Owner.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{id}");
        return id;
    }

    /// <summary>A session with a message and its reply.</summary>
    public async Task<(string Session, string Message, string Reply)> ExchangeAsync()
    {
        var session = await SessionAsync();
        var sent = await OwnerPostsAsync($"/chat/sessions/{session}/messages?wait=true", new { content = New("Question ") }, HttpStatusCode.Created);
        return (session, sent.Text("id"), sent.GetProperty("reply").Text("id"));
    }

    public async Task<(string Session, string Message)> DeletedMessageAsync()
    {
        var (session, message, _) = await ExchangeAsync();
        await Owner.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{session}/messages/{message}");
        return (session, message);
    }

    /// <summary>A reply that was stopped.</summary>
    public async Task<string> InterruptedReplyAsync()
    {
        var (question, session) = (New("Hold "), await SessionAsync());
        var call = model.Hold(question);
        var reply = (await OwnerPostsAsync($"/chat/sessions/{session}/messages", new { content = question }, HttpStatusCode.Created)).GetProperty("reply");
        await call.Asked;
        await OwnerPostsAsync("/api/interrupt", new { session_id = session });
        return reply.Text("id");
    }

    /// <summary>A tool call that waits for its user's decision.</summary>
    public async Task<(string Reply, string Call)> AskingToolAsync()
    {
        var (question, session) = (New("Write "), await SessionAsync());
        model.Script(question, ModelScript.Call((Writer, new { input = "a note" })), ModelScript.Say("Written."));
        var reply = (await OwnerPostsAsync($"/chat/sessions/{session}/messages", new { content = question }, HttpStatusCode.Created)).GetProperty("reply").Text("id");
        using var stream = await EventStream.ResumeAsync(Owner.Client, reply);
        while (await stream.NextAsync() is { } next)
        {
            if (next.Type == "approval")
            {
                return (reply, next.Data.Text("call_id"));
            }
        }
        throw new InvalidOperationException("No tool call waits for approval.");
    }

    /// <summary>A tool call of a command that waits for approval.</summary>
    public Task<string> PendingCommandAsync() => app.WithServiceAsync(async (CommandApprovals approvals) =>
    {
        var arguments = new Dictionary<string, object?> { ["input"] = New("a note") };
        try
        {
            await approvals.UseAsync(Owner.Id, Writer, arguments, CancellationToken.None);
        }
        catch (ApprovalRequiredException e)
        {
            return e.Id.ToString();
        }
        throw new InvalidOperationException("The call does not wait for approval.");
    });

    private Task<JsonElement> OwnerPostsAsync(string path, object body, HttpStatusCode expected = HttpStatusCode.OK) =>
        Owner.Client.SendJsonAsync(HttpMethod.Post, path, body, expected);
}
