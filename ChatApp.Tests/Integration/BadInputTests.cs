using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Integration;

/// <summary>Input that no route accepts: the response is always problem details, and nothing is stored.</summary>
internal sealed class BadInputTests : ChatFixture
{
    private static readonly (string Method, string Path, string Field)[] Routes =
    [
        ("POST", "/chat", "message"),
        ("POST", "/chat/stream", "message"),
        ("POST", "/chat/sessions/{id}/messages", "content"),
        ("POST", "/chat/sessions", "title"),
        ("PUT", "/chat/sessions/{id}", "title"),
        ("POST", "/auths/register", "username"),
        ("POST", "/auths/refresh", "refresh_token"),
    ];

    private static readonly (string Name, string Body)[] Broken =
    [
        ("Empty", ""),
        ("Blank", "  "),
        ("Null", "null"),
        ("Array", "[]"),
        ("String", "\"text\""),
        ("Number", "7"),
        ("Unfinished", """{"{field}": "x" """),
        ("UnfinishedString", """{"{field}": "x"""),
        ("TrailingGarbage", """{"{field}": "valid text"} x"""),
        ("TwoObjects", """{"{field}": "valid text"}{"{field}": "valid text"}"""),
        ("TrailingComma", """{"{field}": "valid text",}"""),
        ("Comment", """{"{field}": "valid text" /* comment */}"""),
        ("SingleQuotes", """{'{field}': 'valid text'}"""),
        ("NoQuotes", """{ {field}: "valid text"}"""),
        ("DuplicateNames", """{"{field}": "valid text", "{field}": "valid text"}"""),
        ("Object", """{"{field}": {"a": 1}}"""),
        ("NumberForText", """{"{field}": 7}"""),
        ("BooleanForText", """{"{field}": true}"""),
        ("BadEscape", """{"{field}": "\x41"}"""),
        ("LoneHighSurrogate", """{"{field}": "a\ud800b"}"""),
        ("LoneLowSurrogate", """{"{field}": "a\udc00b"}"""),
        ("RawControlCharacter", "{\"{field}\": \"a\u0001b\"}"),
        ("TooDeep", """{"{field}": """ + new string('[', 5000) + new string(']', 5000) + "}"),
    ];

    private TestUser _user = null!;
    private JsonElement _session;

    private static IEnumerable<TestCaseData> BrokenBodies() =>
        from route in Routes
        from body in Broken
        select new TestCaseData(route.Method, route.Path, body.Body.Replace("{field}", route.Field, StringComparison.Ordinal))
            .SetArgDisplayNames(route.Method, route.Path, body.Name);

    private static IEnumerable<TestCaseData> AllRoutes() => Routes.Select(r => new TestCaseData(r.Method, r.Path, r.Field).SetArgDisplayNames(r.Method, r.Path));

    [OneTimeSetUp]
    public async Task Arrange()
    {
        _user = await App.RegisterAsync();
        _session = await CreateSessionAsync(_user, "Target");
    }

    [TestCaseSource(nameof(BrokenBodies))]
    public async Task Send_BrokenBody_Is400AndStoresNothing(string method, string path, string body)
    {
        var before = await StateAsync();

        var problem = await _user.Client.ProblemAsync(new HttpMethod(method), PathOf(path), Api.Raw(body), HttpStatusCode.BadRequest);

        Assert.That(problem.Fields(), Is.Not.Empty);
        Assert.That(await StateAsync(), Is.EqualTo(before));
    }

    [TestCaseSource(nameof(AllRoutes))]
    public async Task Send_BrokenUtf8_Is400AndStoresNothing(string method, string path, string field)
    {
        var before = await StateAsync();
        byte[][] broken = [[0xFF, 0xFE], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF0, 0x9F]];
        foreach (var bytes in broken)
        {
            using var content = new ByteArrayContent([.. Encoding.UTF8.GetBytes($"{{\"{field}\": \"valid text"), .. bytes, .. "\"}"u8]);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            await _user.Client.ProblemAsync(new HttpMethod(method), PathOf(path), content, HttpStatusCode.BadRequest);
        }
        Assert.That(await StateAsync(), Is.EqualTo(before));
    }

    [TestCaseSource(nameof(AllRoutes))]
    public async Task Send_MoreThanAMegabyte_Is413AndStoresNothing(string method, string path, string field)
    {
        var before = await StateAsync();
        var text = $$"""{"{{field}}": "{{new string('m', 1024 * 1024)}}"}""";

        foreach (var chunked in new[] { false, true })
        {
            using var response = await SendLargeAsync(() =>
            {
                var request = new HttpRequestMessage(new HttpMethod(method), PathOf(path)) { Content = Api.Raw(text) };
                request.Headers.TransferEncodingChunked = chunked;
                return _user.Client.SendAsync(request);
            });
            await response.ProblemAsync(HttpStatusCode.RequestEntityTooLarge);
        }
        Assert.That(await StateAsync(), Is.EqualTo(before));
    }

    // The server closes the connection of a body that it rejects, and a client that is still sending may fail before it has read the response.
    private static async Task<HttpResponseMessage> SendLargeAsync(Func<Task<HttpResponseMessage>> send)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await send();
            }
            catch (HttpRequestException) when (attempt < 20)
            {
            }
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task LogIn_MoreThanAMegabyte_Is413(bool chunked)
    {
        using var client = App.Anonymous();
        using var response = await SendLargeAsync(() => SendFormAsync(client, "/auths/login", chunked));

        await response.ProblemAsync(HttpStatusCode.RequestEntityTooLarge);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Form_OfAPageOfMoreThanAMegabyte_Is413AndSaysSo(bool chunked)
    {
        using var client = App.Anonymous();
        client.DefaultRequestHeaders.Add("Accept", "text/html");
        using var response = await SendLargeAsync(() => SendFormAsync(client, "/login", chunked));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("The request is too large."));
        Assert.That(App.Log.Text, Does.Not.Contain("unhandled exception"), "nothing logs the messages of exceptions");
    }

    [TestCase("/chat/sessions/%00")]
    [TestCase("/chat/sessions/a%00b/messages")]
    [TestCase("/chat/messages/%00/stream")]
    [TestCase("/chat-ui/%00")]
    [TestCase("/css/%00.css")]
    [TestCase("/%00")]
    [TestCase("/chat/history?thread_id=a%00b")]
    [TestCase("/chat/sessions?q=%00")]
    [TestCase("/chat/sessions?cursor=%00")]
    [TestCase("/chat/sessions?deleted=%00")]
    [TestCase("/api/chat/stream?session_id=%00")]
    public async Task Nul_AnywhereInTheAddress_Is400Or404(string address)
    {
        using var response = await _user.Client.SendAsync(HttpMethod.Get, address, null);

        Assert.That(response.StatusCode, Is.AnyOf(HttpStatusCode.BadRequest, HttpStatusCode.NotFound));
    }

    [TestCaseSource(nameof(AllRoutes))]
    public async Task Send_NoContentType_Is415AndStoresNothing(string method, string path, string field)
    {
        var before = await StateAsync();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes($"{{\"{field}\": \"valid text\"}}"));

        await _user.Client.ProblemAsync(new HttpMethod(method), PathOf(path), content, HttpStatusCode.UnsupportedMediaType);

        Assert.That(await StateAsync(), Is.EqualTo(before));
    }

    [TestCase("\"\"")]
    [TestCase("\" \\t\\n \"")]
    [TestCase("\"\\u00a0\\u2003\\u3000\"")]
    [TestCase("null")]
    [TestCase("\"a\\u0000b\"")]
    [TestCase("\"\\u0000\"")]
    [TestCase("{tooLong}")]
    public async Task Message_Invalid_Is400ThatNamesItAndStoresNothing(string json)
    {
        var before = await StateAsync();
        json = json.Replace("{tooLong}", $"\"{new string('m', 32_001)}\"", StringComparison.Ordinal);
        foreach (var (method, path, field) in Routes.Where(r => r.Field is "message" or "content"))
        {
            var problem = await _user.Client.ProblemAsync(new HttpMethod(method), PathOf(path), Api.Raw($$"""{"{{field}}": {{json}}}"""), HttpStatusCode.BadRequest);
            Assert.That(problem.Fields(), Is.EqualTo(new[] { field }));
        }
        Assert.That(await StateAsync(), Is.EqualTo(before));
    }

    [TestCase("m")]
    [TestCase("\u0001")] // six bytes each in JSON
    [TestCase("\u20ac")]
    [TestCase("\ud83d\ude00")]
    public async Task Message_OfMaximumLength_IsStoredUnchanged(string sign)
    {
        var user = await App.RegisterAsync();
        var message = string.Concat(Enumerable.Repeat(sign, 32_000 / sign.Length));
        var escaped = string.Concat(message.Select(c => $"\\u{(int)c:x4}"));

        var response = await user.Client.SendJsonAsync(HttpMethod.Post, "/chat", Api.Raw($$"""{"message": "{{escaped}}"}"""));

        Assert.That((await StoredMessagesAsync(response.GetProperty("session_id").GetGuid()))[0].Content == message, Is.True);
    }

    [Test]
    public async Task Send_BodyWithAByteOrderMark_Works()
    {
        var user = await App.RegisterAsync();
        using var content = new ByteArrayContent([.. Encoding.UTF8.Preamble, .. """{"message": "hello"}"""u8]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        await user.Client.SendJsonAsync(HttpMethod.Post, "/chat", content);
    }

    [Test]
    public async Task Send_InUtf16_IsReadOrRejected()
    {
        var user = await App.RegisterAsync();
        using var content = new StringContent("""{"message": "h😀llo"}""", Encoding.Unicode, "application/json");

        using var response = await user.Client.SendAsync(HttpMethod.Post, "/chat", content);

        Assert.That(response.StatusCode, Is.AnyOf(HttpStatusCode.OK, HttpStatusCode.UnsupportedMediaType));
        Assert.That(await App.WithDb(db => db.Messages.Where(m => m.UserId == user.Id && m.Seq == 1).Select(m => m.Content).ToListAsync()), Has.All.EqualTo("h😀llo"));
    }

    private static async Task<HttpResponseMessage> SendFormAsync(HttpClient client, string path, bool chunked)
    {
        using var form = TestApp.Form("name", new string('p', 1024 * 1024));
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = form };
        request.Headers.TransferEncodingChunked = chunked;
        return await client.SendAsync(request);
    }

    private string PathOf(string path) => path.Replace("{id}", _session.Text("id"), StringComparison.Ordinal);

    // Counts everything that a request could create, with the version of what it could change.
    private Task<(int, int, int, uint)> StateAsync() => App.WithDb(async db => (
        await db.Sessions.CountAsync(), await db.Messages.CountAsync(), await db.Users.CountAsync(),
        (await db.Sessions.AsNoTracking().SingleAsync(s => s.Id == _session.Id())).Version));
}
