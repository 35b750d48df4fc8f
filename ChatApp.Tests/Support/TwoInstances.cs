using System.Text.Json;

namespace ChatApp.Tests.Support;

/// <summary>A fixture with two instances of the app on one database. Tests control only the first one's model.</summary>
internal abstract class TwoInstances : ChatFixture
{
    protected TestApp Other { get; private set; } = null!;

    protected TestUser User { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartOther()
    {
        Other = await TestApp.StartAsync(Settings, App.ConnectionString, adjust: b => new GatedModel().AddTo(b.Services));
        User = await App.RegisterAsync();
    }

    [OneTimeTearDown]
    public async Task StopOther() => await Other.DisposeAsync();

    /// <summary>The user's client for the other instance.</summary>
    protected HttpClient Elsewhere() => Other.WithToken(User.Client.DefaultRequestHeaders.Authorization!.Parameter!);

    /// <summary>A new session with a running reply at the first instance.</summary>
    protected async Task<(JsonElement Session, string Reply, ModelCall Call)> BeginAsync(string question, string beginning)
    {
        var call = Model.Hold(question);
        var session = await CreateSessionAsync(User);
        var sent = await User.Client.SendJsonAsync(
            HttpMethod.Post, $"/chat/sessions/{session.Text("id")}/messages", new { content = question }, System.Net.HttpStatusCode.Created);
        await call.Asked;
        call.Say(beginning);
        return (session, sent.GetProperty("reply").Text("id"), call);
    }
}
