using System.Net;
using System.Text.Json;
using ChatApp.Domain.Search;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Integration.Search;

/// <summary><c>GET /search</c>: across all sessions.</summary>
internal sealed partial class SearchTests : ChatFixture
{
    private TestUser _user = null!;

    [SetUp]
    public async Task Register() => _user = await App.RegisterAsync();

    [TestCase("photosynthesis", Description = "a word")]
    [TestCase("PHOTOSYNTHESIS", Description = "whatever the case")]
    [TestCase("photosyn", Description = "the beginning of a word")]
    [TestCase("photosyn*", Description = "the same with a star")]
    [TestCase("leaves light", Description = "words in any order, apart")]
    [TestCase("light leaves", Description = "words in any order, apart")]
    [TestCase("\"catch the light\"", Description = "a phrase")]
    [TestCase("\"Catch, the  LIGHT!\"", Description = "a phrase, whatever is between its words")]
    [TestCase("“catch the light”", Description = "quotes as phones type them")]
    [TestCase("leaves -roots", Description = "without a word that is not there")]
    [TestCase("leaves -\"the light catch\"", Description = "without a phrase that is not there")]
    [TestCase("leaves -lig", Description = "what is left out is whole words")]
    [TestCase("synthes", Description = "part of a word, as no word begins so")]
    [TestCase("\"catch the", Description = "an open quote")]
    [TestCase("(photosynthesis)?", Description = "punctuation around a word")]
    public async Task Search_QueryThatFits_FindsIt(string query)
    {
        var (session, messages) = await App.StoreAsync(_user, "Plants", "In photosynthesis, leaves catch the light.", "Something else.");

        var found = await SearchAsync(query);

        Assert.That(found, Has.Count.EqualTo(1));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found[0].Text("session_id"), Is.EqualTo(session.Id.ToString()));
            Assert.That(found[0].Text("session_title"), Is.EqualTo("Plants"));
            Assert.That(found[0].Text("message_id"), Is.EqualTo(messages[0].Id.ToString()));
            Assert.That(found[0].Text("role"), Is.EqualTo("user"));
            Assert.That(found[0].GetProperty("timestamp").GetDateTimeOffset(), Is.EqualTo(messages[0].CreatedAt));
            Assert.That(found[0].GetProperty("rank").GetDouble(), Is.GreaterThan(0));
            Assert.That(found[0].Text("snippet"), Does.Contain("<mark>"));
        }
    }

    [TestCase("leaves roots")]
    [TestCase("\"light the catch\"")]
    [TestCase("\"catch light\"")]
    [TestCase("leaves -light")]
    [TestCase("leaves -\"catch the light\"")]
    [TestCase("leaves -li*")]
    [TestCase("xyzzy")]
    [TestCase("%")]
    [TestCase("_")]
    [TestCase("' OR true --")]
    [TestCase("\\")]
    [TestCase("leaves & !light | 'x':*")]
    public async Task Search_QueryThatDoesNotFit_FindsNothing(string query)
    {
        await App.StoreAsync(_user, "Plants", "In photosynthesis, leaves catch the light.");

        Assert.That(await SearchAsync(query), Is.Empty);
    }

    [TestCase("東京タワーに行きました。", "東京")]
    [TestCase("東京タワーに行きました。", "タワー")]
    [TestCase("明日は東京、明後日は京都。", "京都 東京")]
    [TestCase("我们去北京吃烤鸭。", "烤鸭")]
    [TestCase("한국어를 배우고 있어요", "배우")]
    [TestCase("วันนี้อากาศดีมาก", "อากาศ")]
    [TestCase("Бабушка живёт под Вологдой.", "ВОЛОГДОЙ")]
    [TestCase("Бабушка живёт под Вологдой.", "бабуш")]
    [TestCase("الحفلة يوم السبت", "السبت")]
    [TestCase("नमस्ते दुनिया", "दुनिया")]
    [TestCase("Übergrößen kosten mehr.", "übergrö")]
    [TestCase("Tonight 🍕 with Ann", "🍕")]
    [TestCase("Use C++ or C# here", "c++")]
    [TestCase("call foo->bar(x, y)", "foo->bar(x")]
    [TestCase("a List<string> of them", "string")]
    [TestCase("set my_long_name first", "my_long_name")]
    [TestCase("set my_long_name first", "long")]
    [TestCase("see /usr/lib/foo.so there", "foo.so")]
    [TestCase("write to bob@example.com now", "example")]
    [TestCase("version 10.0.14 of it", "10.0.14")]
    [TestCase("100% of it", "100%")]
    [TestCase("a “curly—quoted” word", "quoted")]
    [TestCase("don’t do it", "don't")]
    [TestCase("--no-verify skips it", "--no-verify")]
    [TestCase("costs $5 each", "$5")]
    public async Task Search_AnyScriptAndCode_IsFound(string content, string query)
    {
        var (_, messages) = await App.StoreAsync(_user, "Words", "Nothing to see.", content);

        var found = await SearchAsync(query);

        Assert.That(found.Select(f => f.Text("message_id")), Is.EqualTo(new[] { messages[1].Id.ToString() }));
        Assert.That(found[0].Text("snippet"), Does.Contain("<mark>"));
    }

    [Test]
    public async Task Search_CodeSigns_AreNotIgnored()
    {
        await App.StoreAsync(_user, "Languages", "I like C most.", "A cat.", "The % sign.", "a_b");

        Assert.That(await SearchAsync("c++"), Is.Empty);
        Assert.That(await SearchAsync("\"C#\""), Is.Empty);
    }

    [TestCase("")]
    [TestCase("query=")]
    [TestCase("query=%20%09%C2%A0")]
    [TestCase("query=%00")]
    [TestCase("query=a%00b")]
    [TestCase("query=-only")]
    [TestCase("query=-%22only%20this%22%20-that")]
    [TestCase("query={long}")]
    public async Task Search_NoSearchableTerm_Is400(string query)
    {
        var problem = await _user.Client.ProblemAsync(
            HttpMethod.Get, $"/search?{query.Replace("{long}", new string('q', SearchQuery.MaxLength + 1), StringComparison.Ordinal)}", null, HttpStatusCode.BadRequest);

        Assert.That(problem.Fields(), Is.EqualTo(new[] { "query" }));
    }

    [TestCase("limit=0")]
    [TestCase("limit=201")]
    [TestCase("limit=x")]
    [TestCase("cursor=nonsense")]
    public async Task Search_WrongPage_Is400(string page)
    {
        var problem = await _user.Client.ProblemAsync(HttpMethod.Get, $"/search?query=a&{page}", null, HttpStatusCode.BadRequest);

        Assert.That(problem.Fields(), Is.EqualTo(new[] { page.Split('=')[0] }));
    }

    [TestCase("-")]
    [TestCase("\"")]
    [TestCase("\"\"")]
    [TestCase("*")]
    [TestCase("-*")]
    [TestCase("***")]
    [TestCase("a* b* c*")]
    [TestCase("((((")]
    [TestCase("'")]
    [TestCase("''':*")]
    [TestCase("!&|<->")]
    [TestCase("\\\\")]
    [TestCase("{0} {1} {")]
    [TestCase("a:b & !c")]
    [TestCase("\u0301")]
    [TestCase("½ ² ™ №")]
    [TestCase("İ ß ſ K")]
    [TestCase("a b c d e f g h i j k l m n o p q r s t u v w x y z 1 2 3 4 5 6 7 8 9")]
    public async Task Search_UnusualQuery_Succeeds(string query)
    {
        await App.StoreAsync(_user, "Strange", $"before {query} after");

        var found = await SearchAsync(query);

        Assert.That(found, Has.Count.EqualTo(1), "it is shown unchanged");
    }

    [Test]
    public async Task Search_WordsOfAllKinds_AreAllRequired()
    {
        var (_, messages) = await App.StoreAsync(_user, "All", "The C++ compiler of 東京 says: undefined reference to main", "The C++ compiler says hello.");

        var found = await SearchAsync("compil \"undefined reference\" c++ 東京 of -hello -北京");

        Assert.That(found.Select(f => f.Text("message_id")), Is.EqualTo(new[] { messages[0].Id.ToString() }));
    }

    private async Task<IReadOnlyList<JsonElement>> SearchAsync(string query) =>
        (await _user.Client.GetJsonAsync($"/search?query={Uri.EscapeDataString(query)}")).Items("results");
}
