using System.Net;
using System.Text.Json;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Integration.Sessions;

/// <summary>Whatever is somebody else's, deleted, unknown or malformed gets the same response.</summary>
internal sealed class OwnershipTests : ChatFixture
{
    private static readonly (string Method, string Path, string? Body)[] SessionRoutes =
    [
        ("GET", "/chat/sessions/{key}", null),
        ("PUT", "/chat/sessions/{key}", """{"title": "Mine now"}"""),
        ("DELETE", "/chat/sessions/{key}", null),
        ("GET", "/chat/sessions/{key}/messages", null),
        ("POST", "/chat/sessions/{key}/messages", """{"content": "intruder"}"""),
        ("DELETE", "/chat/sessions/{key}/messages/{message}", null),
        ("POST", "/chat/sessions/{key}/messages/{message}/restore", null),
        ("GET", "/chat/history?thread_id={key}", null),
        ("GET", "/search/{key}?query=hello", null),
        ("GET", "/analytics/{key}", null),
        ("GET", "/export/{key}/pdf", null),
        ("GET", "/export/{key}/html", null),
        ("GET", "/export/{key}/txt", null),
        ("GET", "/export/{key}/markdown", null),
        ("GET", "/export/{key}/json", null),
        ("DELETE", "/chat/history?thread_id={key}", null),
        ("POST", "/chat", """{"message": "intruder", "thread_id": "{key}"}"""),
        ("POST", "/chat/stream", """{"message": "intruder", "thread_id": "{key}"}"""),
    ];

    private TestUser _user = null!;
    private JsonElement _foreign;
    private string _foreignMessage = "";
    private JsonElement _deleted;

    [OneTimeSetUp]
    public async Task Arrange()
    {
        var owner = await App.RegisterAsync();
        _user = await App.RegisterAsync();
        _foreign = await CreateSessionAsync(owner, "Private", "hello");
        _foreignMessage = (await StoredMessagesAsync(_foreign.Id()))[1].Id.ToString();
        _deleted = await CreateSessionAsync(_user, "Deleted", "hello");
        await _user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{_deleted.Text("id")}");
    }

    private static IEnumerable<TestCaseData> Routes() =>
        SessionRoutes.Select(r => new TestCaseData(r.Method, r.Path, r.Body).SetArgDisplayNames($"{r.Method} {r.Path}"));

    [TestCaseSource(nameof(Routes))]
    public async Task SessionRoute_NotTheCallersLiveSession_IsOneAndTheSame404(string method, string path, string? body)
    {
        var before = await StoredSessionAsync(_foreign);
        var responses = new List<string>();
        foreach (var key in Keys())
        {
            var inPath = path.Replace("{key}", Uri.EscapeDataString(key), StringComparison.Ordinal).Replace("{message}", _foreignMessage, StringComparison.Ordinal);
            var content = body is null ? null : Api.Raw(body.Replace("{key}", key, StringComparison.Ordinal));
            responses.Add((await _user.Client.ProblemAsync(new HttpMethod(method), inPath, content, HttpStatusCode.NotFound)).WithoutTraceId());
        }

        Assert.That(responses.Distinct().ToList(), Has.Count.EqualTo(1));
        Assert.That((await StoredSessionAsync(_foreign)).Version, Is.EqualTo(before.Version));
        Assert.That(await StoredMessagesAsync(_foreign.Id()), Has.Count.EqualTo(2));
    }

    [TestCase("POST", "/restore")]
    [TestCase("DELETE", "?permanent=true")]
    public async Task TrashRoute_NotTheCallersTrash_IsOneAndTheSame404(string method, string suffix)
    {
        var responses = new List<string>();
        foreach (var key in Keys().Except([_deleted.Text("id"), _deleted.Text("thread_id")]))
        {
            var problem = await _user.Client.ProblemAsync(
                new HttpMethod(method), $"/chat/sessions/{Uri.EscapeDataString(key)}{suffix}", null, HttpStatusCode.NotFound);
            responses.Add(problem.WithoutTraceId());
        }

        Assert.That(responses.Distinct().ToList(), Has.Count.EqualTo(1));
        Assert.That((await StoredSessionAsync(_foreign)).DeletedAt, Is.Null);
    }

    [TestCase("DELETE", "/chat/sessions/{session}/messages/{message}")]
    [TestCase("POST", "/chat/sessions/{session}/messages/{message}/restore")]
    [TestCase("GET", "/chat/messages/{message}/stream")]
    public async Task MessageRoute_NotAMessageOfTheSession_IsOneAndTheSame404(string method, string path)
    {
        var session = await CreateSessionAsync(_user, "Own", "hello");
        var inTrash = (await StoredMessagesAsync(_deleted.Id()))[1].Id.ToString();
        string[] ids = [_foreignMessage, inTrash, Guid.CreateVersion7().ToString(), Guid.Empty.ToString(), "nonsense", "%F0%9F%98%80", "0", new string('9', 500)];

        var responses = new List<string>();
        foreach (var id in ids)
        {
            var url = path.Replace("{session}", session.Text("id"), StringComparison.Ordinal).Replace("{message}", id, StringComparison.Ordinal);
            responses.Add((await _user.Client.ProblemAsync(new HttpMethod(method), url, null, HttpStatusCode.NotFound)).WithoutTraceId());
        }

        Assert.That(responses.Distinct().ToList(), Has.Count.EqualTo(1));
        Assert.That(await StoredMessageAsync(Guid.Parse(_foreignMessage)), Has.Property("DeletedAt").Null);
    }

    [Test]
    public async Task Message_ThroughAnotherOfTheCallersSessions_Is404()
    {
        var (one, two) = (await CreateSessionAsync(_user, "One", "hello"), await CreateSessionAsync(_user, "Two"));
        var message = (await StoredMessagesAsync(one.Id()))[0];

        await _user.Client.ProblemAsync(HttpMethod.Delete, $"/chat/sessions/{two.Text("id")}/messages/{message.Id}", null, HttpStatusCode.NotFound);

        Assert.That((await StoredMessageAsync(message.Id)).DeletedAt, Is.Null);
        Assert.That((await StoredSessionAsync(two)).MessageCount, Is.Zero);
    }

    private string[] Keys() =>
    [
        _foreign.Text("id"), _foreign.Text("thread_id"), $"user-{_foreign.Text("user_id")}", _deleted.Text("id"), _deleted.Text("thread_id"),
        Guid.CreateVersion7().ToString(), Guid.Empty.ToString(), "nonsense", "{" + _foreign.Text("id") + "}", _foreign.Text("id").Replace("-", "", StringComparison.Ordinal),
        "%", "' OR 1=1 --", "😀", new string('k', 301), new string('k', 3000),
    ];
}
