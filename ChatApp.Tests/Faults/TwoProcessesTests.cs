using System.Net;
using System.Text.Json;
using ChatApp.Tests.Support;
using Npgsql;

namespace ChatApp.Tests.Faults;

/// <summary>Two processes of the app on one database that race and are killed.</summary>
internal sealed class TwoProcessesTests
{
    private const string Name = "racer";

    private ScriptedOpenAiServer _model = null!;
    private DataFolder _folder = null!;
    private Dictionary<string, string> _settings = null!;
    private AppProcess[] _apps = null!;
    private HttpClient[] _users = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _model = await ScriptedOpenAiServer.StartAsync();
        _folder = new DataFolder();
        _settings = new()
        {
            ["ConnectionStrings__ChatApp"] = await TestPostgres.CopyAsync(),
            ["OPENAI_BASE_URL"] = _model.Endpoint.ToString(),
            ["OPENAI_API_KEY"] = "key",
            ["Chat__Model"] = "scripted-model",
        };
        _apps = await Task.WhenAll(AppProcess.StartAsync(_folder.Path, _settings), AppProcess.StartAsync(_folder.Path, _settings));
        _users = [await _apps[0].RegisterAsync(Name), await _apps[1].LogInAsync(Name)];
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        foreach (var app in _apps)
        {
            await app.DisposeAsync();
        }
        await TestPostgres.DropAsync(_settings["ConnectionStrings__ChatApp"]);
        await _model.DisposeAsync();
        _folder.Dispose();
    }

    [TearDown]
    public Task CheckAsync() => DataRules.AssertKeptAsync(_settings["ConnectionStrings__ChatApp"]);

    [Test]
    public async Task Sends_OnBothProcessesAtOnce_OneKeyAndOneDeletionWin()
    {
        _model.DefaultReply = ScriptedReply.Text("Never ending") with { End = ScriptedReply.Ending.Hang };
        for (var round = 0; round < 3; round++)
        {
            var session = await CreateAsync();
            var responses = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => SendAsync(_users[i % 2], session, $"round {round} key {i / 2}")));

            Assert.That(responses.Select(r => r.Status), Is.All.EqualTo(HttpStatusCode.Created).Or.EqualTo(HttpStatusCode.Conflict));
            Assert.That(responses.Where(r => r.Id is not null).Select(r => (r.Key, r.Id)).Distinct().Count(), Is.EqualTo(1), "exactly one key wins");

            var stops = await BothAsync(u => u.SendAsync(HttpMethod.Post, "/api/interrupt", new { session_id = session }));
            Assert.That(stops, Is.All.EqualTo(HttpStatusCode.OK));
            var messages = (await _users[0].GetJsonAsync($"/chat/sessions/{session}/messages")).Items("messages");
            Assert.That(messages.Select(m => m.Text("status")), Is.EqualTo(new[] { "complete", "interrupted" }));

            var deletions = await BothAsync(u => u.SendAsync(HttpMethod.Delete, $"/chat/sessions/{session}", null));
            Assert.That(deletions, Is.EquivalentTo(new[] { HttpStatusCode.OK, HttpStatusCode.NotFound }));
        }
    }

    [Test]
    public async Task SendsStopsAndDeletions_OnBothProcessesAtOnce_KeepWhatWasAcknowledged()
    {
        _model.DefaultReply = ScriptedReply.Text([.. Enumerable.Repeat("word ", 10)]) with { Delay = TimeSpan.FromMilliseconds(10) };
        var session = await CreateAsync();
        var sending = Enumerable.Range(0, 60).Select(async i =>
        {
            await Task.Delay(i * 5);
            return await SendAsync(_users[i % 2], session, $"key {i / 2}");
        }).ToList();
        var disturbing = Enumerable.Range(0, 20).Select(async i =>
        {
            await Task.Delay(i * 15);
            using var stop = await _users[i % 2].SendAsync(HttpMethod.Post, "/api/interrupt", new { session_id = session });
            Assert.That(stop.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            using var clear = await _users[(i + 1) % 2].SendAsync(HttpMethod.Delete, $"/chat/history?thread_id={session}", null);
            Assert.That(clear.StatusCode, Is.EqualTo(HttpStatusCode.OK).Or.EqualTo(HttpStatusCode.Conflict));
        }).ToList();
        var responses = await Task.WhenAll(sending);
        await Task.WhenAll(disturbing);

        Assert.That(responses.Select(r => r.Status), Is.All.EqualTo(HttpStatusCode.Created).Or.EqualTo(HttpStatusCode.Conflict));
        var accepted = responses.Where(r => r.Id is not null).Select(r => (r.Key, r.Id!)).Distinct().ToList();
        Assert.That(accepted.Select(a => a.Key), Is.Unique, "every response to a key is the same");
        Assert.That(await StoredAsync(session), Is.EquivalentTo(accepted));
    }

    [Test]
    public async Task Kill_OfTheWritingProcess_IsDetectedByAnotherWhoseSubscriberContinues()
    {
        _model.DefaultReply = ScriptedReply.Text("Half of", " a long", " reply") with { End = ScriptedReply.Ending.Hang };
        var session = await CreateAsync();
        await using var app = await AppProcess.StartAsync(_folder.Path, _settings);
        using var user = await app.LogInAsync(Name);
        using var here = await EventStream.PostAsync(user, new { message = "question", thread_id = session });
        var reply = (await here.NextAsync())!.Data.Text("message_id");
        var first = (await here.NextAsync())!;
        using var there = await EventStream.ResumeAsync(_users[0], reply);
        var received = await ReadUntilAsync(there, "Half of a long reply"); // so it is in the journal

        await app.KillAsync();

        using var resumed = await EventStream.ResumeAsync(_users[0], reply, first.Id);
        var rest = await resumed.RestAsync();
        Assert.That(first.Data.Text("content") + rest.Tokens(), Is.EqualTo("Half of a long reply"), "each token once");
        Assert.That((rest[^1].Type, rest[^1].Data.Text("status")), Is.EqualTo(("done", "interrupted")));
        Assert.That((await there.RestAsync())[^1].Data.Text("status"), Is.EqualTo("interrupted"), "the subscriber of the other instance gets it too");
        Assert.That(rest[^1].Data.GetProperty("usage").Number("completion_tokens"), Is.GreaterThan(0), "the received text is charged");
        await using var restarted = await AppProcess.StartAsync(_folder.Path, _settings);
        using var back = await restarted.LogInAsync(Name);
        foreach (var client in new[] { _users[0], back })
        {
            for (var position = 0; position <= "Half of a long reply".Length + 1; position++)
            {
                using var stream = await EventStream.ResumeAsync(client, reply, $"{position}");
                var events = await stream.RestAsync();
                Assert.That(events.Tokens(), Is.EqualTo("Half of a long reply"[Math.Min(position, "Half of a long reply".Length)..]));
                Assert.That(int.Parse(events[^1].Id!, System.Globalization.CultureInfo.InvariantCulture), Is.GreaterThanOrEqualTo(position), "a client is never sent back");
            }
        }
        _model.DefaultReply = ScriptedReply.Text("All is well.");
        var again = await _users[0].SendJsonAsync(HttpMethod.Post, "/chat", new { message = "and now?", thread_id = session });
        Assert.That(again.Text("response"), Is.EqualTo("All is well."));
    }

    [Test]
    public async Task Stop_OfAProcessUnderLoad_EndsItsStreamsAndLosesNothing()
    {
        _model.DefaultReply = ScriptedReply.Text([.. Enumerable.Repeat("word ", 40)]) with { Delay = TimeSpan.FromMilliseconds(10) };
        await using var app = await AppProcess.StartAsync(_folder.Path, _settings);
        using var user = await app.LogInAsync(Name);
        var elsewhere = await SendingClients.StartAsync(_users[0], _users[1]);
        var streaming = await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ => StreamAsync(user, await CreateAsync())));
        await elsewhere.MoreAsync(4);

        Assert.That(await app.StopAsync(), Is.Zero, () => app.Output);

        var ends = (await Task.WhenAll(streaming)).SelectMany(e => e).ToList();
        Assert.That(ends.Select(e => e.Status), Has.All.AnyOf("complete", "interrupted").And.Some.EqualTo("interrupted"));
        await elsewhere.MoreAsync(4);
        await elsewhere.StopAsync();
        await elsewhere.AssertNothingLostAsync(_users[0]);
        foreach (var session in ends.GroupBy(e => e.Session))
        {
            var replies = (await _users[0].GetJsonAsync($"/chat/sessions/{session.Key}/messages")).Items("messages").Where(m => m.Text("role") == "assistant");
            Assert.That(replies.Select(m => (m.Text("id"), m.Text("status"), m.Text("content"))), Is.EqualTo(session.Select(e => (e.Reply, e.Status, e.Text))));
        }
    }

    // Sends and reads one reply after another, until the process takes no more messages. Every stream that has begun must also end.
    private static async Task<List<(string Session, string Reply, string Status, string Text)>> StreamAsync(HttpClient user, string session)
    {
        var ends = new List<(string, string, string, string)>();
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/chat/stream") { Content = Api.Raw(JsonSerializer.Serialize(new { message = "talk", thread_id = session })) };
            HttpResponseMessage response;
            try
            {
                response = await user.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            }
            catch (HttpRequestException)
            {
                return ends;
            }
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                response.Dispose();
                return ends;
            }
            using var stream = await EventStream.ReadAsync(response);
            var events = await stream.RestAsync();
            Assert.That((events[0].Type, events[^1].Type), Is.EqualTo(("start", "done")));
            ends.Add((session, events[0].Data.Text("message_id"), events[^1].Data.Text("status"), events.Tokens()));
        }
    }

    private async Task<string> CreateAsync() => (await _users[0].SendJsonAsync(HttpMethod.Post, "/chat/sessions", new { }, HttpStatusCode.Created)).Text("id");

    private Task<HttpStatusCode[]> BothAsync(Func<HttpClient, Task<HttpResponseMessage>> request) => Task.WhenAll(_users.Select(async user =>
    {
        using var response = await request(user);
        return response.StatusCode;
    }));

    private static async Task<(string Key, HttpStatusCode Status, string? Id)> SendAsync(HttpClient user, string session, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/chat/sessions/{session}/messages") { Content = Api.Raw(JsonSerializer.Serialize(new { content = key })) };
        request.Headers.Add("Idempotency-Key", key);
        using var response = await user.SendAsync(request);
        return (key, response.StatusCode, response.StatusCode == HttpStatusCode.Created ? (await response.JsonAsync()).Text("id") : null);
    }

    private static async Task<string> ReadUntilAsync(EventStream stream, string text)
    {
        var received = "";
        while (received != text)
        {
            var next = (await stream.NextAsync())!;
            received += next.Type == "token" ? next.Data.Text("content") : "";
        }
        return received;
    }

    // All of the user's messages in the session, including deleted ones.
    private async Task<List<(string Key, string Id)>> StoredAsync(string session)
    {
        await using var connection = new NpgsqlConnection(_settings["ConnectionStrings__ChatApp"]);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT content, id FROM messages WHERE session_id = $1 AND role = 'user'", connection);
        command.Parameters.Add(new() { Value = Guid.Parse(session) });
        await using var reader = await command.ExecuteReaderAsync();
        var stored = new List<(string, string)>();
        while (await reader.ReadAsync())
        {
            stored.Add((reader.GetString(0), reader.GetGuid(1).ToString()));
        }
        return stored;
    }
}
