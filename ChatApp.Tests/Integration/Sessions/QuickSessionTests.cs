using System.Net;
using System.Text.Json;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Integration.Sessions;

/// <summary>Clients that know only a display name and a persona.</summary>
internal sealed class QuickSessionTests : ChatFixture
{
    [Test]
    public async Task Create_DisplayName_IsTitleAndPartOfTheThreadKey()
    {
        var user = await App.RegisterAsync();

        var created = await CreateAsync(user, new { user_id = "Ada Lovelace", persona = "creative_writer", metadata = new { from = "kiosk" } });

        Assert.That(created.Text("session_id"), Does.Match(@"^session_Ada Lovelace_\d{10}$"));
        Assert.That((created.Text("user_id"), created.Text("persona")), Is.EqualTo(("Ada Lovelace", "creative_writer")));
        var session = await user.Client.GetJsonAsync($"/chat/sessions/{Uri.EscapeDataString(created.Text("session_id"))}");
        Assert.That((session.Text("title"), session.GetProperty("metadata").Text("from")), Is.EqualTo(("Ada Lovelace", "kiosk")));
    }

    [Test]
    public async Task Create_TenAtOnceWithOneName_AllHaveKeysOfTheirOwn()
    {
        var user = await App.RegisterAsync();

        var created = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => CreateAsync(user, new { user_id = "Same" })));

        Assert.That(created.Select(c => c.Text("session_id")).Distinct().Count(), Is.EqualTo(10));
        var list = await user.Client.GetJsonAsync("/api/sessions");
        Assert.That(list.Number("count"), Is.EqualTo(10));
        Assert.That(list.GetProperty("sessions").EnumerateArray().Select(s => s.Text("user_id")), Is.All.EqualTo("Same"));
    }

    [TestCase("""{"user_id": " "}""", "user_id")]
    [TestCase("""{}""", "user_id")]
    [TestCase("""{"user_id": "Ada", "persona": "nobody"}""", "persona")]
    public async Task Create_Invalid_Is400(string body, string field)
    {
        var user = await App.RegisterAsync();

        var problem = await user.Client.ProblemAsync(HttpMethod.Post, "/api/session/create", Api.Raw(body), HttpStatusCode.BadRequest);

        Assert.That(problem.GetProperty("errors").TryGetProperty(field, out _), problem.GetRawText());
    }

    [Test]
    public async Task History_ByIdThreadOrName_IsTheMostRecentSessions()
    {
        var user = await App.RegisterAsync();
        var older = await CreateAsync(user, new { user_id = "Ada" });
        var newer = await CreateAsync(user, new { user_id = "Ada" });
        await user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "Hello", thread_id = newer.Text("session_id") });

        var byName = await user.Client.GetJsonAsync("/api/session/Ada/history");
        var byThread = await user.Client.GetJsonAsync($"/api/session/{older.Text("session_id")}/history");

        Assert.That((byName.Text("user_id"), byName.Number("message_count")), Is.EqualTo(("Ada", 2)));
        var first = byName.GetProperty("messages")[0];
        Assert.That((first.Text("role"), first.Text("content")), Is.EqualTo(("user", "Hello")));
        Assert.That(first.GetProperty("timestamp").GetDateTimeOffset(), Is.GreaterThan(DateTimeOffset.UnixEpoch));
        Assert.That(byThread.Number("message_count"), Is.Zero);
        var stranger = await App.RegisterAsync();
        await stranger.Client.ProblemAsync(HttpMethod.Get, "/api/session/Ada/history", null, HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Personas_List_HasTheFourWithWhatTheyAre()
    {
        var user = await App.RegisterAsync();

        var personas = (await user.Client.GetJsonAsync("/personas")).GetProperty("personas").EnumerateArray().ToList();

        Assert.That(personas.Select(p => p.Text("key")), Is.SupersetOf(new[] { "default", "mental_health_nurse", "technical_support", "creative_writer" }));
        Assert.That(personas.Select(p => p.Text("key")), Does.Not.Contain("plain"));
        Assert.That(personas.Select(p => p.GetProperty("temperature").GetDouble()), Is.All.InRange(0, 2));
        Assert.That(personas.Select(p => p.Number("max_tokens")), Is.All.GreaterThan(0));
        Assert.That(personas.Select(p => p.GetProperty("tags").ValueKind), Is.All.EqualTo(JsonValueKind.Array));
    }

    private static Task<JsonElement> CreateAsync(TestUser user, object request) => user.Client.SendJsonAsync(HttpMethod.Post, "/api/session/create", request);
}
