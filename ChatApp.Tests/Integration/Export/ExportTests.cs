using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Models;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Integration.Export;

/// <summary><c>GET /export/{key}/…</c>: one session as a file.</summary>
internal sealed class ExportTests : ChatFixture
{
    private TestUser _user = null!;

    [OneTimeSetUp]
    public async Task Register() => _user = await App.RegisterAsync();

    [Test]
    public async Task Json_Session_IsComplete()
    {
        Model.Hold("Hello").Say("Hi **there**").Report(10, 5).End();
        var session = await CreateSessionAsync(_user, "Data", "Hello", "Again");
        var messages = await StoredMessagesAsync(session.Id());
        await _user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{session.Text("id")}/messages/{messages[2].Id}");

        var (export, headers) = await GetAsync(session.Text("thread_id"), "json");
        var json = JsonElement.Parse(export);
        var history = await _user.Client.GetJsonAsync($"/chat/sessions/{session.Text("id")}/messages");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(json.EnumerateObject().Select(p => p.Name), Is.EqualTo(new[] { "session", "chat_history", "documents", "exported_at" }));
            Assert.That(Flat(json.GetProperty("session")), Is.EqualTo(Flat(await _user.Client.GetJsonAsync($"/chat/sessions/{session.Text("id")}"))));
            Assert.That(Flat(json.GetProperty("chat_history")), Is.EqualTo(Flat(history.GetProperty("messages"))), "without the deleted one");
            Assert.That(json.GetProperty("documents").GetArrayLength(), Is.Zero);
            Assert.That(json.Text("exported_at"), Does.EndWith("Z"));
            Assert.That(headers.ContentType!.MediaType, Is.EqualTo("application/json"));
        }
    }

    [Test]
    public async Task Markdown_Session_IsItsMessagesAsTheyWereWritten()
    {
        var (session, _) = await App.StoreAsync(_user, "Two\nlines", "Hello *you*", "# Hi\n\n- **there**");

        var (export, headers) = await GetAsync(session.Id.ToString(), "markdown");

        Assert.That(export, Is.EqualTo("""
            # Two lines

            Created: 2026-03-01T12:00:00Z

            ## Chat History

            **User**: Hello *you*

            **Assistant**: # Hi

            - **there**

            """.ReplaceLineEndings("\n")));
        Assert.That(headers.ContentType!.ToString(), Is.EqualTo("text/markdown; charset=utf-8"));
    }

    [Test]
    public async Task Text_Session_HasTheTimes()
    {
        var (session, _) = await App.StoreAsync(_user, "Plain", "Hello", "Hi");

        var (export, _) = await GetAsync(session.Id.ToString(), "txt");

        Assert.That(export, Is.EqualTo("Plain\nCreated: 2026-03-01 12:00:00 UTC\n\nUser, 2026-03-01 12:00:00 UTC:\nHello\n\nAssistant, 2026-03-01 12:01:00 UTC:\nHi\n"));
    }

    [Test]
    public async Task Html_TextThatWouldTakeLongToRender_IsPlainEverywhere()
    {
        var text = string.Concat(Enumerable.Repeat("[a]: x\n", 60_000)); // 24 s of processor time, if it were rendered
        var (session, _) = await App.StoreAsync(_user, "Costly", "Hello", text);

        foreach (var path in new[] { $"/export/{session.Id}/html", $"/chat-ui/{session.Id}/print", $"/chat-ui/{session.Id}" })
        {
            Assert.That(await _user.Client.GetStringAsync(path), Does.Contain("<p class=\"plain\">[a]: x\n[a]: x\n"), path);
        }
    }

    [Test]
    public async Task Html_HostileTexts_NeitherRunNorLoadAnything()
    {
        const string Script = "<script>alert(1)</script>";
        var (session, _) = await App.StoreAsync(
            _user, $"</title>{Script}", $"{Script}</div>", $"{Script} [x](javascript:alert(1)) ![i](https://evil.example/i.png) **bold**");

        var (export, headers) = await GetAsync(session.Id.ToString(), "html");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(headers.ContentType!.ToString(), Is.EqualTo("text/html; charset=utf-8"));
            Assert.That(export, Does.StartWith("<!DOCTYPE html>").And.EndWith("</html>\n"));
            Assert.That(export, Does.Not.Contain("<script").And.Not.Contain("javascript:").And.Not.Contain("<img").And.Not.Contain("<link"));
            Assert.That(export, Does.Contain("default-src 'none'"));
            Assert.That(export, Does.Contain("<strong>bold</strong>").And.Contain("--accent").And.Contain(".transcript"), "with its styles");
            Assert.That(export, Does.Contain("&lt;script&gt;alert(1)&lt;/script&gt;&lt;/div&gt;"));
        }
    }

    [Test]
    public async Task Html_UnfinishedReply_SaysSo()
    {
        Model.Hold("Break").Say("Half").Fail(new ModelException(ReplyErrorCode.ProviderUnavailable, "The model cannot be reached."));
        var session = await CreateSessionAsync(_user, "Unfinished", "Break");

        var (export, _) = await GetAsync(session.Text("id"), "html");

        Assert.That(export, Does.Contain("The model cannot be reached."));
    }

    [TestCase("json", "session.json")]
    [TestCase("markdown", "session.md")]
    [TestCase("txt", "session.txt")]
    [TestCase("html", "session.html")]
    public async Task File_AnyTitle_HasItsFixedNameAndTheTitle(string format, string name)
    {
        var (session, _) = await App.StoreAsync(_user, "Größe \"x\"; a/b\r\nSet-Cookie: y=1 \u202Egpj 東京");

        var (_, headers) = await GetAsync(session.Id.ToString(), format);

        var disposition = headers.ContentDisposition!;
        Assert.That(disposition.DispositionType, Is.EqualTo("attachment"));
        Assert.That(disposition.FileName!.Trim('"'), Is.EqualTo(name));
        Assert.That(disposition.FileNameStar, Is.EqualTo($"Größe x ; a b Set-Cookie y=1 gpj 東京{Path.GetExtension(name)}"));
    }

    [Test]
    public async Task Json_LongSession_HasEachMessageOnce()
    {
        var (session, messages) = await App.StoreAsync(_user, "Long", Enumerable.Range(0, 130).Select(i => $"Message {i}"));

        var (export, _) = await GetAsync(session.Id.ToString(), "json");

        Assert.That(JsonElement.Parse(export).Items("chat_history").Select(m => m.Text("id")), Is.EqualTo(messages.Select(m => m.Id.ToString())));
    }

    [Test]
    public async Task Print_Session_IsACompletePage()
    {
        var (session, _) = await App.StoreAsync(_user, "<Long>", Enumerable.Range(0, 130).Select(i => $"Message {i}"));

        using var response = await _user.Client.GetAsync($"/chat-ui/{session.Id}/print");
        var page = await response.Content.ReadAsStringAsync();

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Content.Headers.ContentDisposition, Is.Null);
        Assert.That(page, Does.Contain("<h1 dir=\"auto\">&lt;Long&gt;</h1>").And.Contain("Message 0<").And.Contain("Message 129<"));
    }

    private async Task<(string Text, HttpContentHeaders Headers)> GetAsync(string key, string format)
    {
        using var response = await _user.Client.GetAsync($"/export/{key}/{format}");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        return (await response.Content.ReadAsStringAsync(), response.Content.Headers);
    }

    private static string Flat(JsonElement json) => JsonSerializer.Serialize(json);
}
