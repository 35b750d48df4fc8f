using System.Net;
using System.Text.Json;
using ChatApp.Domain.Sessions;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Integration.Sessions;

/// <summary>The rules of sessions, for creating and for changing them.</summary>
internal sealed class SessionRulesTests : ChatFixture
{
    private static readonly string Deep = string.Concat(Enumerable.Repeat("""{"a":""", 40)) + "1" + new string('}', 40);

    private TestUser _user = null!;
    private JsonElement _session;

    private static IEnumerable<TestCaseData> Invalid()
    {
        yield return Case("title", "\"\"", "TitleEmpty");
        yield return Case("title", "\"  \\t \"", "TitleBlank");
        yield return Case("title", $"\"{new string('t', ChatSession.TitleMaxLength + 1)}\"", "TitleTooLong");
        yield return Case("title", "\"a\\u0000b\"", "TitleWithNul");
        yield return Case("title", "\"a\\ud800b\"", "TitleWithLoneSurrogate");
        yield return Case("title", "7", "TitleIsNumber");
        yield return Case("title", "[\"a\"]", "TitleIsArray");
        yield return Case("persona", "\"nobody\"", "PersonaUnknown");
        yield return Case("persona", "\"\"", "PersonaEmpty");
        yield return Case("persona", "\"Default\"", "PersonaInAnotherCase");
        yield return Case("persona", "\"\\u0000\"", "PersonaWithNul");
        yield return Case("metadata", "[]", "MetadataIsArray");
        yield return Case("metadata", "\"text\"", "MetadataIsString");
        yield return Case("metadata", "7", "MetadataIsNumber");
        yield return Case("metadata", """{"a": "\u0000"}""", "MetadataWithNul");
        yield return Case("metadata", """{"a\u0000": 1}""", "MetadataWithNulInAName");
        yield return Case("metadata", """{"a": "\ud800"}""", "MetadataWithLoneSurrogate");
        yield return Case("metadata", """{"a": ["\udc00\ud800"]}""", "MetadataWithSwappedSurrogates");
        yield return Case("metadata", """{"\ud800": 1}""", "MetadataWithLoneSurrogateInAName");
        yield return Case("metadata", """{"a": 1e400}""", "MetadataNumberTooBig");
        yield return Case("metadata", """{"a": -1e99999}""", "MetadataNumberTooSmall");
        yield return Case("metadata", """{"a": 1e-400}""", "MetadataNumberTooFine");
        yield return Case("metadata", """{"a": [1, {"b": 1e131073}]}""", "MetadataNestedNumberTooBig");
        yield return Case("metadata", Deep, "MetadataTooDeep");
        yield return Case("metadata", $$"""{"a": "{{new string('m', ChatSession.MetadataMaxLength)}}"}""", "MetadataTooLarge");
        yield return Case("metadata", """{"a": 1, "a": 2}""", "MetadataWithDuplicateNames");
    }

    [OneTimeSetUp]
    public async Task Arrange()
    {
        _user = await App.RegisterAsync();
        _session = await CreateSessionAsync(_user, "Unchanged");
    }

    [TestCaseSource(nameof(Invalid))]
    public async Task Create_Invalid_Is400ThatNamesTheFieldAndCreatesNothing(string field, string json)
    {
        var before = await App.WithDb(db => db.Sessions.CountAsync());

        var problem = await _user.Client.ProblemAsync(HttpMethod.Post, "/chat/sessions", Api.Raw($$"""{"{{field}}": {{json}}}"""), HttpStatusCode.BadRequest);

        Assert.That(problem.Fields()[0], Does.StartWith(field));
        Assert.That(await App.WithDb(db => db.Sessions.CountAsync()), Is.EqualTo(before));
    }

    [TestCaseSource(nameof(Invalid))]
    public async Task Update_Invalid_Is400ThatNamesTheFieldAndChangesNothing(string field, string json)
    {
        var before = await StoredSessionAsync(_session);

        var problem = await _user.Client.ProblemAsync(
            HttpMethod.Put, $"/chat/sessions/{_session.Text("id")}", Api.Raw($$"""{"pinned": true, "{{field}}": {{json}}}"""), HttpStatusCode.BadRequest);

        Assert.That(problem.Fields()[0], Does.StartWith(field));
        Assert.That((await StoredSessionAsync(_session)).Version, Is.EqualTo(before.Version));
    }

    [TestCase("temporary", "1")]
    [TestCase("temporary", "\"yes\"")]
    public async Task Create_WrongType_Is400(string field, string json) =>
        await _user.Client.ProblemAsync(HttpMethod.Post, "/chat/sessions", Api.Raw($$"""{"{{field}}": {{json}}}"""), HttpStatusCode.BadRequest);

    [TestCase("\"😀\"", TestName = "Create_TitleOfOneSign_Works")]
    [TestCase("\"a\\nb\\tc 'quotes' \\\"double\\\" <b> %_\\\\ \\ud83d\\ude00\"", TestName = "Create_TitleWithOddSigns_Works")]
    public async Task Create_UnusualTitle_IsStoredUnchanged(string json)
    {
        var session = await _user.Client.SendJsonAsync(HttpMethod.Post, "/chat/sessions", Api.Raw($$"""{"title": {{json}}}"""), HttpStatusCode.Created);

        var title = JsonElement.Parse(json).GetString();
        Assert.That(session.Text("title"), Is.EqualTo(title));
        Assert.That((await StoredSessionAsync(session)).Title, Is.EqualTo(title));
    }

    [Test]
    public async Task Create_EverythingAtItsLimit_Works()
    {
        var title = new string('t', ChatSession.TitleMaxLength);
        var metadata = new { a = new string('m', ChatSession.MetadataMaxLength - """{"a":""}""".Length) };

        var session = await _user.Client.SendJsonAsync(HttpMethod.Post, "/chat/sessions", new { title, metadata }, HttpStatusCode.Created);

        var stored = await StoredSessionAsync(session);
        Assert.That(stored.Title, Is.EqualTo(title));
        Assert.That(stored.Metadata.Text("a"), Is.EqualTo(metadata.a));
    }

    [TestCase("""{"a": 1e308}""")]
    [TestCase("""{"a": -1.7976931348623157e308}""")]
    [TestCase("""{"a": 12345678901234567890123456789012345678901234567890}""")]
    [TestCase("""{"a": 0.1, "": "empty name", "b": {}, "c": []}""")]
    [TestCase("""{"a": "\ud83d\ude00 \u0001 \uffff"}""")]
    public async Task Create_UnusualMetadata_IsReturnedUnchanged(string metadata)
    {
        var session = await _user.Client.SendJsonAsync(HttpMethod.Post, "/chat/sessions", Api.Raw($$"""{"metadata": {{metadata}}}"""), HttpStatusCode.Created);

        var got = await _user.Client.GetJsonAsync($"/chat/sessions/{session.Text("id")}");
        Assert.That(JsonElement.DeepEquals(got.GetProperty("metadata"), JsonElement.Parse(metadata)), Is.True, got.GetRawText());
        Assert.That(JsonElement.DeepEquals(session.GetProperty("metadata"), JsonElement.Parse(metadata)), Is.True);
    }

    private static TestCaseData Case(string field, string json, string name) => new TestCaseData(field, json).SetArgDisplayNames(name);
}
