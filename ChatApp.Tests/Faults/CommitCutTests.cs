using System.Globalization;
using System.Net;
using ChatApp.Domain.Chat;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Faults;

/// <summary>The connection to the database breaks within the transaction that stores a message, so that the app cannot know whether it was committed.</summary>
internal sealed class CommitCutTests
{
    private const int Others = 12; // cuts before the COMMIT

    // Every byte of the transaction instead of a selection.
    private static readonly bool EveryByte = Environment.GetEnvironmentVariable("CHATAPP_TEST_EVERY_BYTE") == "1";

    private readonly GatedModel _model = new();
    private string _database = "";
    private PostgresProxy _proxy = null!;
    private TestApp _app = null!;
    private TestUser _user = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _database = await TestPostgres.CopyAsync();
        _proxy = new PostgresProxy(_database);
        // Nothing is prepared, so that the transaction has the same bytes on every connection.
        _app = await TestApp.StartAsync(connectionString: $"{_proxy.ConnectionString};Max Auto Prepare=0", adjust: b => _model.AddTo(b.Services));
        _user = await _app.RegisterAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _app.DisposeAsync();
        _proxy.Dispose();
        await TestPostgres.DropAsync(_database);
    }

    [Test]
    public async Task Connection_CutAtAnyByteOfTheCommit_RepeatedRequestStoresTheMessageOnce()
    {
        var whole = _proxy.Watch("cut none");
        await SendAsync(await CreateAsync(), "cut none");
        Assert.That(whole.IsComplete && whole.CommitAt > 0, Is.True, "the transaction was watched from its first statement to the end of its commit");

        var sends = new List<Sent>();
        foreach (var cutAfter in Bytes(whole))
        {
            var (session, text) = (await CreateAsync(), string.Create(CultureInfo.InvariantCulture, $"cut {cutAfter:0000}"));
            var exchange = _proxy.Watch(text, cutAfter);
            var first = await SendAsync(session, text);
            Assert.That(exchange.IsCut, Is.True, text);
            Assert.That(first.Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable).Or.EqualTo(HttpStatusCode.Created), text);
            (HttpStatusCode Status, string? Id) again;
            while ((again = await SendAsync(session, text)).Status != HttpStatusCode.Created)
            {
                Assert.That(again.Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable), text);
            }
            Assert.That(first.Id, Is.Null.Or.EqualTo(again.Id), text);
            sends.Add(new(session, text, again.Id!));
        }

        var replies = new List<string>();
        foreach (var sent in sends)
        {
            var stored = await EndedAsync(sent.Session);
            Assert.That(stored.Select(m => m.Role), Is.EqualTo(new[] { MessageRole.User, MessageRole.Assistant }), sent.Text);
            Assert.That((stored[0].Id.ToString(), stored[0].Content), Is.EqualTo((sent.Id, sent.Text)));
            replies.Add($"{stored[1].Status}");
        }
        TestContext.Out.WriteLine($"{sends.Count} cuts within {whole.Count} bytes, the commit from {whole.CommitAt}; "
            + string.Join(", ", replies.CountBy(r => r).Select(r => $"{r.Value} {r.Key}")));
        Assert.That(replies, Has.All.AnyOf("Complete", "Interrupted"));
        Assert.That(replies, Does.Contain("Complete").And.Contain("Interrupted"), "some were not committed and are sent again, some were, and their replies are closed");
    }

    private static List<int> Bytes(WatchedExchange whole) => EveryByte
        ? [.. Enumerable.Range(0, whole.Count)]
        : [.. Enumerable.Range(0, Others).Select(i => whole.CommitAt * i / Others), .. Enumerable.Range(whole.CommitAt, whole.Count - whole.CommitAt)];

    private async Task<string> CreateAsync() =>
        (await _user.Client.SendJsonAsync(HttpMethod.Post, "/chat/sessions", new { }, HttpStatusCode.Created)).Text("id");

    private async Task<(HttpStatusCode Status, string? Id)> SendAsync(string session, string text)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/chat/sessions/{session}/messages") { Content = System.Net.Http.Json.JsonContent.Create(new { content = text }) };
        request.Headers.Add("Idempotency-Key", text.Replace(' ', '-')); // unlike the text, which only the transaction contains
        using var response = await _user.Client.SendAsync(request);
        return (response.StatusCode, response.StatusCode == HttpStatusCode.Created ? (await response.JsonAsync()).Text("id") : null);
    }

    // The session's messages once its reply has ended.
    private async Task<List<ChatMessage>> EndedAsync(string session)
    {
        var (id, stored) = (Guid.Parse(session), new List<ChatMessage>());
        await Eventually.TrueAsync(
            async () =>
            {
                stored = await _app.WithDb(db => db.Messages.AsNoTracking().Where(m => m.SessionId == id).OrderBy(m => m.Seq).ToListAsync());
                return stored.TrueForAll(m => m.Status != MessageStatus.Generating);
            },
            "the reply has ended");
        return stored;
    }

    private sealed record Sent(string Session, string Text, string Id);
}
