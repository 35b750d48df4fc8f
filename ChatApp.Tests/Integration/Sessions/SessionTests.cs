using System.Net;
using System.Text.Json;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Integration.Sessions;

internal sealed class SessionTests : ChatFixture
{
    private TestUser _user = null!;

    [OneTimeSetUp]
    public async Task Register() => _user = await App.RegisterAsync();

    [Test]
    public async Task Create_Empty_Is201WithDefaultsAndLocation()
    {
        using var response = await _user.Client.SendAsync(HttpMethod.Post, "/chat/sessions", new { });

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        var session = await response.JsonAsync();
        var stored = await StoredSessionAsync(session);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.Headers.Location?.OriginalString, Is.EqualTo($"/chat/sessions/{session.Text("id")}"));
            Assert.That(response.Headers.ETag?.Tag, Is.Not.Null);
            Assert.That(session.Text("_id"), Is.EqualTo(session.Text("id")));
            Assert.That(session.Id().Version, Is.EqualTo(7));
            Assert.That(session.Text("thread_id"), Is.EqualTo($"thread-{session.Text("id")}"));
            Assert.That(session.Text("user_id"), Is.EqualTo(_user.Id.ToString()));
            Assert.That(session.Text("title"), Is.EqualTo("New Chat"));
            Assert.That(session.Text("persona"), Is.EqualTo("default"));
            Assert.That(session.GetProperty("metadata").GetRawText(), Is.EqualTo("{}"));
            Assert.That(session.Number("message_count"), Is.Zero);
            Assert.That(session.GetProperty("last_message_at").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That(session.GetProperty("pinned").GetBoolean(), Is.False);
            Assert.That(session.GetProperty("temporary").GetBoolean(), Is.False);
            Assert.That(session.GetProperty("expires_at").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That(session.GetProperty("deleted_at").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That(session.Text("created_at"), Does.EndWith("Z").And.EqualTo(session.Text("updated_at")));
            Assert.That(session.GetProperty("created_at").GetDateTimeOffset(), Is.EqualTo(stored.CreatedAt));
            Assert.That(stored.UserId, Is.EqualTo(_user.Id));
        }
    }

    [Test]
    public async Task Create_WithEverything_StoresIt()
    {
        var session = await _user.Client.SendJsonAsync(
            HttpMethod.Post, "/chat/sessions",
            new { title = "  Größe 😀  ", persona = "default", metadata = new { a = new object?[] { 1, "zwei", null, true, 1.5 } }, temporary = true }, HttpStatusCode.Created);

        var stored = await StoredSessionAsync(session);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(session.Text("title"), Is.EqualTo("Größe 😀"));
            Assert.That(stored.Title, Is.EqualTo("Größe 😀"));
            Assert.That(JsonElement.DeepEquals(session.GetProperty("metadata"), JsonElement.Parse("""{"a": [1, "zwei", null, true, 1.5]}""")), Is.True);
            Assert.That(JsonElement.DeepEquals(stored.Metadata, session.GetProperty("metadata")), Is.True);
            Assert.That(stored.ExpiresAt - stored.CreatedAt, Is.EqualTo(TimeSpan.FromHours(1)));
            Assert.That(session.GetProperty("expires_at").GetDateTimeOffset(), Is.EqualTo(stored.ExpiresAt));
        }
    }

    [Test]
    public async Task Get_ByIdOrThread_EqualsTheCreateResponse()
    {
        var created = await CreateSessionAsync(_user, "Findable");

        foreach (var key in new[] { created.Text("id"), created.Text("thread_id") })
        {
            var got = await _user.Client.GetJsonAsync($"/chat/sessions/{key}");
            Assert.That(got.GetRawText(), Is.EqualTo(created.GetRawText()));
        }
    }

    [Test]
    public async Task Update_OneProperty_KeepsTheOthers()
    {
        var session = await _user.Client.SendJsonAsync(HttpMethod.Post, "/chat/sessions", new { title = "Before", metadata = new { a = 1 } }, HttpStatusCode.Created);
        var path = $"/chat/sessions/{session.Text("id")}";

        await _user.Client.SendJsonAsync(HttpMethod.Put, path, new { pinned = true });
        await _user.Client.SendJsonAsync(HttpMethod.Put, path, new { title = "After" });
        var updated = await _user.Client.SendJsonAsync(HttpMethod.Put, path, new { metadata = new { b = 2 } });

        var stored = await StoredSessionAsync(session);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(updated.Text("title"), Is.EqualTo("After"));
            Assert.That(updated.GetProperty("pinned").GetBoolean(), Is.True);
            Assert.That(updated.GetProperty("metadata").GetRawText(), Is.EqualTo("""{"b":2}"""));
            Assert.That(updated.Text("persona"), Is.EqualTo("default"));
            Assert.That((stored.Title, stored.Pinned, stored.TitleIsAutomatic), Is.EqualTo(("After", true, false)));
            Assert.That(stored.UpdatedAt, Is.GreaterThan(stored.CreatedAt));
            Assert.That(stored.LastActivityAt, Is.EqualTo(stored.CreatedAt), "a change of the title is no activity");
        }
    }

    [TestCase("{}")]
    [TestCase("""{"title": null, "metadata": null}""")]
    [TestCase("""{"unknown": 1}""")]
    public async Task Update_NothingToChange_Is400(string body)
    {
        var session = await CreateSessionAsync(_user);

        var problem = await _user.Client.ProblemAsync(HttpMethod.Put, $"/chat/sessions/{session.Text("id")}", Api.Raw(body), HttpStatusCode.BadRequest);

        Assert.That(problem.Fields(), Is.EqualTo(new[] { "body" }));
        Assert.That((await StoredSessionAsync(session)).UpdatedAt, Is.EqualTo(session.GetProperty("updated_at").GetDateTimeOffset()));
    }

    [Test]
    public async Task Update_WithTheVersionSeen_WorksOnce()
    {
        var session = await CreateSessionAsync(_user, "Mine");
        using var got = await _user.Client.SendAsync(HttpMethod.Get, $"/chat/sessions/{session.Text("id")}", null);
        var seen = got.Headers.ETag!.ToString();

        using var first = await PutAsync(session, "First", seen);
        using var second = await PutAsync(session, "Second", seen);
        using var third = await PutAsync(session, "Third", first.Headers.ETag!.ToString());

        Assert.That(first.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        await second.ProblemAsync(HttpStatusCode.PreconditionFailed);
        Assert.That(third.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await StoredSessionAsync(session)).Title, Is.EqualTo("Third"));
    }

    [TestCase("\"7\"")]
    [TestCase("\"no-number\"")]
    [TestCase("W/\"{version}\"")]
    [TestCase("garbage")]
    public async Task Update_WithAnotherVersion_Is412(string ifMatch)
    {
        var session = await CreateSessionAsync(_user, "Mine");
        var version = (await StoredSessionAsync(session)).Version;

        using var response = await PutAsync(session, "Other", ifMatch.Replace("{version}", $"{version}", StringComparison.Ordinal));

        await response.ProblemAsync(HttpStatusCode.PreconditionFailed);
        Assert.That((await StoredSessionAsync(session)).Title, Is.EqualTo("Mine"));
    }

    [Test]
    public async Task Update_WithAnyVersion_Works()
    {
        var session = await CreateSessionAsync(_user, "Mine");

        using var response = await PutAsync(session, "Other", "*");

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Update_TenAtOnceWithTheSameVersion_OneWins()
    {
        var session = await CreateSessionAsync(_user, "Mine");
        var seen = $"\"{(await StoredSessionAsync(session)).Version}\"";

        var responses = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => PutAsync(session, $"Title {i}", seen)));

        Assert.That(responses.Count(r => r.StatusCode == HttpStatusCode.OK), Is.EqualTo(1));
        Assert.That(responses.Count(r => r.StatusCode == HttpStatusCode.PreconditionFailed), Is.EqualTo(9));
    }

    [Test]
    public async Task Update_TenAtOnceWithoutAVersion_AllSucceed()
    {
        var session = await CreateSessionAsync(_user, "Mine");

        var responses = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => PutAsync(session, $"Title {i}", null)));

        Assert.That(responses, Has.All.Property(nameof(HttpResponseMessage.StatusCode)).EqualTo(HttpStatusCode.OK));
    }

    private async Task<HttpResponseMessage> PutAsync(JsonElement session, string title, string? ifMatch)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/chat/sessions/{session.Text("id")}") { Content = Api.Raw(JsonSerializer.Serialize(new { title })) };
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }
        return await _user.Client.SendAsync(request);
    }
}
