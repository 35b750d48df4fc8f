using System.Net;
using System.Text.Json;
using ChatApp.Domain.Search;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Integration.Search;

/// <summary><c>GET /search/{key}</c>: one session, a literal text.</summary>
internal sealed class SessionSearchTests : ChatFixture
{
    private TestUser _user = null!;

    [OneTimeSetUp]
    public async Task Register() => _user = await App.RegisterAsync();

    [TestCase("100%", new[] { 0 })]
    [TestCase("%", new[] { 0 })]
    [TestCase("_", new[] { 1 })]
    [TestCase("a_b", new[] { 1 })]
    [TestCase("\\", new[] { 2 })]
    [TestCase("C:\\temp", new[] { 2 })]
    [TestCase("ÄRGER", new[] { 3 })]
    [TestCase("rger", new[] { 3 })]
    [TestCase("東京", new[] { 4 })]
    [TestCase("the", new[] { 0, 2, 5 })]
    [TestCase("\"quoted\" -text", new[] { 5 })]
    [TestCase(" the quick ", new[] { 5 })]
    [TestCase("axb", new int[0])]
    public async Task Search_Text_FindsWhatContainsItOldestFirst(string text, int[] expected)
    {
        var (session, messages) = await App.StoreAsync(
            _user, "Texts", "The 100% of it", "a_b", @"the C:\Temp", "Ärger", "明日は東京", "see the quick \"quoted\" -text");

        foreach (var key in new[] { session.Id.ToString(), session.ThreadId })
        {
            var found = await SearchAsync(key, text);

            Assert.That(found.Items("results").Select(m => m.Text("_id")), Is.EqualTo(expected.Select(i => messages[i].Id.ToString())));
            Assert.That(found.Number("count"), Is.EqualTo(expected.Length));
        }
    }

    [Test]
    public async Task Search_Result_IsTheWholeMessage()
    {
        var (session, messages) = await App.StoreAsync(_user, "Whole", "Question of fish", "Reply of fish");

        var found = (await SearchAsync(session.Id.ToString(), "reply")).Items("results")[0];
        var listed = (await _user.Client.GetJsonAsync($"/chat/sessions/{session.Id}/messages")).Items("messages")[1];

        Assert.That(found.GetRawText(), Is.EqualTo(listed.GetRawText()));
    }

    [Test]
    public async Task Search_DeletedMessage_IsNotFound()
    {
        var (session, messages) = await App.StoreAsync(_user, "Deleted", "A newt.", "Another newt.");
        await _user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{session.Id}/messages/{messages[0].Id}");

        Assert.That((await SearchAsync(session.Id.ToString(), "newt")).Number("count"), Is.EqualTo(1));
    }

    [Test]
    public async Task Search_MoreThanAThousand_ContinuesByCursor()
    {
        var (session, messages) = await App.StoreAsync(_user, "Long", Enumerable.Range(0, SearchService.SessionPageLength + 3).Select(i => $"newt {i}"));

        var first = await SearchAsync(session.Id.ToString(), "newt");
        var second = await SearchAsync(session.Id.ToString(), "newt", $"&cursor={first.Text("next_cursor")}");

        Assert.That(first.Items("results").Concat(second.Items("results")).Select(m => m.Text("id")), Is.EqualTo(messages.Select(m => m.Id.ToString())));
        Assert.That(second.GetProperty("next_cursor").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [TestCase("")]
    [TestCase("?query=")]
    [TestCase("?query=%20%20")]
    [TestCase("?query=a%00")]
    public async Task Search_Blank_Is400(string query)
    {
        var (session, _) = await App.StoreAsync(_user, "Blank");

        var problem = await _user.Client.ProblemAsync(HttpMethod.Get, $"/search/{session.Id}{query}", null, HttpStatusCode.BadRequest);

        Assert.That(problem.Fields(), Is.EqualTo(new[] { "query" }));
    }

    private Task<JsonElement> SearchAsync(string key, string text, string rest = "") =>
        _user.Client.GetJsonAsync($"/search/{key}?query={Uri.EscapeDataString(text)}{rest}");
}
