using System.Net;
using ChatApp.Domain.Search;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Integration.Search;

// The order, form and visibility of results.
internal sealed partial class SearchTests
{
    [Test]
    public async Task Search_WholeWords_ComeBeforeBeginningsAndNewerBeforeOlder()
    {
        var (_, messages) = await App.StoreAsync(_user, "Cats", "A category of things.", "A cat is here now.", "A cat is here too.");

        var found = await SearchAsync("cat");

        Assert.That(found.Select(f => f.Text("message_id")), Is.EqualTo(new[] { messages[2], messages[1], messages[0] }.Select(m => m.Id.ToString())));
        Assert.That(found[1].GetProperty("rank").GetDouble(), Is.GreaterThan(found[2].GetProperty("rank").GetDouble()));
    }

    [Test]
    public async Task Search_OftenAndCloseTogether_ComesFirst()
    {
        var filler = string.Concat(Enumerable.Repeat("word ", 60));
        var (_, messages) = await App.StoreAsync(
            _user, "Rank", $"red {filler} kite", "a red kite and a red kite", $"東京 {filler}", "東京と東京と東京");

        Assert.That((await SearchAsync("red kite"))[0].Text("message_id"), Is.EqualTo(messages[1].Id.ToString()));
        Assert.That((await SearchAsync("東京"))[0].Text("message_id"), Is.EqualTo(messages[3].Id.ToString()));
    }

    [Test]
    public async Task Search_Snippet_IsEscapedThenMarked()
    {
        await App.StoreAsync(_user, "Markup", "<script>alert(1)</script> & the\n\n  magpie <b>magpie</b>");

        var snippet = (await SearchAsync("magpie"))[0].Text("snippet");

        Assert.That(snippet, Is.EqualTo("&lt;script&gt;alert(1)&lt;/script&gt; &amp; the <mark>magpie</mark> &lt;b&gt;<mark>magpie</mark>&lt;/b&gt;"));
    }

    [TestCase(0)]
    [TestCase(5_000)]
    [TestCase(30_000)]
    [TestCase(150_000, Description = "beyond what is indexed as words")]
    public async Task Search_LongMessage_ShowsThePartThatFits(int before)
    {
        var text = string.Concat(Enumerable.Repeat("sand 😀 ", before / 8));
        await App.StoreAsync(_user, "Desert", $"{text}the magpie sings {string.Concat(Enumerable.Repeat("dune ", 2_000))}");

        var snippet = (await SearchAsync("magpie"))[0].Text("snippet");

        Assert.That(snippet, Does.Contain("the <mark>magpie</mark> sings dune").And.EndWith("dune…"));
        Assert.That(snippet, Has.Length.LessThan(400).And.Not.Contain("\uFFFD"));
        Assert.That(snippet.StartsWith('…'), Is.EqualTo(before > 0));
    }

    [Test]
    public async Task Search_DeletedOrNotTheCallers_IsNeverFound()
    {
        var other = await App.RegisterAsync();
        await App.StoreAsync(other, "Foreign", "A walrus of others.");
        var (kept, messages) = await App.StoreAsync(_user, "Kept", "A walrus to delete.", "A walrus to keep.");
        var (trashed, _) = await App.StoreAsync(_user, "Trashed", "A walrus in the trash.");
        await _user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{kept.Id}/messages/{messages[0].Id}");
        await _user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{trashed.Id}");

        foreach (var query in new[] { "walrus", "\"walrus\"", "alru" })
        {
            Assert.That((await SearchAsync(query)).Select(f => f.Text("message_id")), Is.EqualTo(new[] { messages[1].Id.ToString() }), query);
        }

        await _user.Client.SendJsonAsync(HttpMethod.Post, $"/chat/sessions/{trashed.Id}/restore");
        await _user.Client.SendJsonAsync(HttpMethod.Post, $"/chat/sessions/{kept.Id}/messages/{messages[0].Id}/restore");
        Assert.That(await SearchAsync("walrus"), Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Search_GeneratingReply_IsFoundOnceItIsComplete()
    {
        var call = Model.Hold("Tell me.");
        var session = await CreateSessionAsync(_user, "Live");
        await _user.Client.SendJsonAsync(HttpMethod.Post, $"/chat/sessions/{session.Text("id")}/messages", new { content = "Tell me." }, HttpStatusCode.Created);
        call.Say("The narwhal swims.");
        Assert.That(await SearchAsync("narwhal"), Is.Empty);

        call.End();
        await Eventually.TrueAsync(async () => (await SearchAsync("narwhal")).Count == 1, "the reply is found");
    }

    [TestCase("magpie", 7, 30)]
    [TestCase("agpi", 7, 30)]
    [TestCase("magpie", 200, 2_300)]
    public async Task Search_PageByPage_HasEachMatchOnce(string query, int limit, int matches)
    {
        var (_, messages) = await App.StoreAsync(_user, "Many", Enumerable.Range(0, matches).Select(i => $"The magpie {string.Concat(Enumerable.Repeat("sings ", i % 5))}{i}"));
        var (seen, ranks, cursor) = (new List<string>(), new List<double>(), (string?)null);
        do
        {
            var page = await _user.Client.GetJsonAsync($"/search?query={query}&limit={limit}{(cursor is null ? "" : $"&cursor={cursor}")}");
            Assert.That(page.Number("count"), Is.EqualTo(page.Items("results").Count).And.LessThanOrEqualTo(limit));
            seen.AddRange(page.Items("results").Select(r => r.Text("message_id")));
            ranks.AddRange(page.Items("results").Select(r => r.GetProperty("rank").GetDouble()));
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);

        Assert.That(seen, Is.EquivalentTo(messages.Select(m => m.Id.ToString())));
        Assert.That(ranks.Take(IMessageSearch.WindowLength), Is.Ordered.Descending);
    }
}
