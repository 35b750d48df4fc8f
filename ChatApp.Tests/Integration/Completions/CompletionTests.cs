using System.Diagnostics;
using System.Net;
using System.Text.Json;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Models;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;

namespace ChatApp.Tests.Integration.Completions;

/// <summary>Programs written for OpenAI's API work unchanged.</summary>
internal sealed class CompletionTests : ChatFixture
{
    private const string Path = "/v1/chat/completions";

    private TestUser _user = null!;
    private HttpClient _client = null!;
    private string _key = "";

    [OneTimeSetUp]
    public async Task MakeKey()
    {
        _user = await App.RegisterAsync();
        var created = await _user.Client.SendJsonAsync(HttpMethod.Post, "/users/me/api-keys", new { name = "program", scopes = new[] { "chat" } }, HttpStatusCode.Created);
        _key = created.Text("secret");
        _client = App.WithToken(_key);
    }

    [OneTimeTearDown]
    public void Close() => _client.Dispose();

    [Test]
    public async Task OfficialClient_Unchanged_GetsModelsRepliesAndStreams()
    {
        var root = Directory.GetParent(AppContext.BaseDirectory)!;
        while (!Directory.Exists(System.IO.Path.Combine(root.FullName, "node_modules")))
        {
            root = root.Parent!;
        }
        var start = new ProcessStartInfo("node", [System.IO.Path.Combine(root.FullName, "ChatApp.Tests", "Clients", "openai-client.mjs"), new Uri(App.Address, "/v1").ToString(), _key])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var node = Process.Start(start)!;
        var (output, errors) = (node.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
        await node.WaitForExitAsync();

        Assert.That(node.ExitCode, Is.Zero, await errors);
        var got = JsonElement.Parse(await output);
        Assert.That(got.GetProperty("models").EnumerateArray().Select(m => m.GetString()), Does.Contain(GatedModel.Name));
        var choice = got.GetProperty("whole").GetProperty("choices")[0];
        Assert.That((choice.GetProperty("message").Text("content"), choice.Text("finish_reason")), Is.EqualTo((GatedModel.Reply, "stop")));
        Assert.That((got.Text("text"), got.Text("helper"), got.Text("reason")), Is.EqualTo((GatedModel.Reply, GatedModel.Reply, "stop")));
        Assert.That(got.GetProperty("usage").Number("total_tokens"), Is.EqualTo(got.GetProperty("whole").GetProperty("usage").Number("total_tokens")).And.GreaterThan(0));
        Assert.That(got.GetProperty("problem").Number("status"), Is.EqualTo(400));
        Assert.That(got.GetProperty("problem").Text("message"), Does.Not.Contain("no body"));
    }

    [Test]
    public async Task Complete_NotStored_LeavesOnlyItsUsage()
    {
        var before = await TotalAsync();

        await _client.SendJsonAsync(HttpMethod.Post, Path, new { messages = new[] { new { role = "user", content = "Forget me" } } });

        Assert.That(await TotalAsync(), Is.GreaterThan(before));
        await Eventually.TrueAsync(
            async () => !await App.WithDb(db => db.Messages.AnyAsync(m => m.UserId == _user.Id && m.Content == "Forget me")), "nothing remains stored");
    }

    [Test]
    public async Task Complete_NotStored_IsNeverInTheListOfSessions()
    {
        var user = await App.RegisterAsync();
        var call = Model.Hold("Listed?");
        using var stream = await EventStream.PostAsync(user.Client, new { stream = true, messages = new[] { new { role = "user", content = "Listed?" } } }, Path);
        await call.Asked;

        Assert.That((await user.Client.GetJsonAsync("/chat/sessions")).Number("count"), Is.Zero);
        call.End();
    }

    [Test]
    public async Task Complete_Stored_IsASessionWithTheWholeConversation()
    {
        var user = await App.RegisterAsync();
        var call = Model.Hold("And now?");
        var completing = user.Client.SendJsonAsync(HttpMethod.Post, Path, new
        {
            store = true,
            temperature = 0.25,
            max_completion_tokens = 77,
            messages = new object[]
            {
                new { role = "developer", content = "Be kind." },
                new { role = "user", content = new[] { new { type = "text", text = "Hi" }, new { type = "text", text = " there" } } },
                new { role = "assistant", content = "Hello." },
                new { role = "user", content = "And now?" },
            },
        });

        var prompt = await call.Asked;
        Assert.That(prompt.Select(m => (m.Role, m.Text)), Is.EqualTo([
            (ChatRole.System, "Be kind."), (ChatRole.User, "Hi there"), (ChatRole.Assistant, "Hello."), (ChatRole.User, "And now?")]));
        Assert.That((call.Options!.Temperature, call.Options.MaxOutputTokens, call.Options.Tools), Is.EqualTo((0.25f, 77, (IList<AITool>?)null)));
        call.Say("Then.").Report(9, 2).End();

        var completion = await completing;
        Assert.That(completion.GetProperty("usage").Number("total_tokens"), Is.EqualTo(11));
        var history = await user.Client.GetJsonAsync($"/chat/sessions/{completion.Text("session_id")}/messages");
        Assert.That(history.GetProperty("messages").EnumerateArray().Select(m => m.Text("content")), Is.EqualTo(["Be kind.", "Hi there", "Hello.", "And now?", "Then."]));
    }

    [Test]
    public async Task Complete_InASession_ContinuesItsHistory()
    {
        var user = await App.RegisterAsync();
        var call = Model.Hold("second");
        object Body(string text) => new { metadata = new { session_id = "my-program" }, messages = new[] { new { role = "user", content = text } } };

        var first = await user.Client.SendJsonAsync(HttpMethod.Post, Path, Body("first"));
        var completing = user.Client.SendJsonAsync(HttpMethod.Post, Path, Body("second"));

        Assert.That((await call.Asked).Select(m => m.Text), Does.Contain("first"));
        call.Say("ok").End();
        Assert.That((await completing).Text("session_id"), Is.EqualTo(first.Text("session_id")));
        Assert.That((await user.Client.GetJsonAsync("/chat/sessions")).GetProperty("sessions")[0].Text("thread_id"), Is.EqualTo("my-program"));
    }

    [Test]
    public async Task Complete_ClientLeaves_StopsTheModelAndStoresNothing()
    {
        var call = Model.Hold("Leaving");
        var stream = await EventStream.PostAsync(_client, new { stream = true, messages = new[] { new { role = "user", content = "Leaving" } } }, Path);
        await call.Asked;
        call.Say("so far");
        await stream.NextAsync();

        stream.Dispose();

        await call.Left;
        await Eventually.TrueAsync(async () => !await App.WithDb(db => db.Messages.AnyAsync(m => m.Content == "Leaving")), "nothing remains stored");
    }

    [Test]
    public async Task Complete_ModelFails_IsAnErrorWithAndWithoutAStream()
    {
        var body = new { messages = new[] { new { role = "user", content = "Fail" } } };
        Model.Hold("Fail").Fail(new ModelException(ReplyErrorCode.ProviderRefused, "No more money."));
        var problem = await _client.ProblemAsync(HttpMethod.Post, Path, body, HttpStatusCode.ServiceUnavailable);
        Assert.That(problem.GetProperty("error").Text("message"), Is.EqualTo("No more money."));

        Model.Hold("Fail").Fail(new ModelException(ReplyErrorCode.ProviderRefused, "No more money."));
        using var response = await _client.SendAsync(HttpMethod.Post, Path, new { stream = true, body.messages });
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("\"error\":{\"message\":\"No more money.\"").And.EndWith("data: [DONE]\n\n"));
    }

    [TestCase("""{"messages": []}""", "messages")]
    [TestCase("""{"messages": [null]}""", "messages")]
    [TestCase("""{"messages": [{"role": "tool", "content": "x"}]}""", "messages")]
    [TestCase("""{"messages": [{"role": "assistant", "content": "x"}]}""", "messages")]
    [TestCase("""{"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}""", "messages")]
    [TestCase("""{"messages": [{"role": "user", "content": "\ud800"}]}""", "messages")]
    [TestCase("""{"messages": [{"role": "user", "content": "x"}], "n": 2}""", "n")]
    [TestCase("""{"messages": [{"role": "user", "content": "x"}], "tools": [{}]}""", "tools")]
    [TestCase("""{"messages": [{"role": "user", "content": "x"}], "temperature": 3}""", "temperature")]
    [TestCase("""{"messages": [{"role": "user", "content": "x"}], "metadata": {"session_id": 1}}""", "metadata.session_id")]
    [TestCase("""{"messages": [{"role": "user", "content": "x"}], "model": "nobody"}""", "model")]
    public async Task Complete_Invalid_Is400WithTheField(string body, string field)
    {
        var problem = await _client.ProblemAsync(HttpMethod.Post, Path, Api.Raw(body), HttpStatusCode.BadRequest);

        Assert.That(problem.GetProperty("errors").TryGetProperty(field, out _), problem.GetRawText());
    }

    [TestCase("user", 32_001)]
    [TestCase("system", 32_001)]
    [TestCase("assistant", 500_001)]
    public async Task Complete_BroughtMessageIsTooLong_Is400AndStoresNothing(string role, int length)
    {
        var before = await SessionsAsync();
        var body = new { store = true, messages = new[] { new { role, content = new string('x', length) }, new { role = "user", content = "And?" } } };

        var problem = await _client.ProblemAsync(HttpMethod.Post, Path, Api.Raw(JsonSerializer.Serialize(body)), HttpStatusCode.BadRequest);

        Assert.That(problem.GetProperty("errors").GetProperty("messages")[0].GetString(), Does.StartWith($"The message has {length:N0} characters"));
        Assert.That(await SessionsAsync(), Is.EqualTo(before), "no session was created");
    }

    private Task<int> SessionsAsync() => App.WithDb(db => db.Sessions.CountAsync(s => s.UserId == _user.Id));

    private Task<long> TotalAsync() => App.WithDb(db => db.UserUsage.Where(u => u.UserId == _user.Id).SumAsync(u => u.TotalTokens));
}
