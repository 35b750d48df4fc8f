using System.IO.Compression;
using System.Net;
using System.Text.Json;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Integration.Sessions;

/// <summary>Archived sessions leave the lists, and nothing else.</summary>
internal sealed class ArchivedSessionTests : ChatFixture
{
    private TestUser _user = null!;

    [SetUp]
    public async Task Register() => _user = await App.RegisterAsync();

    [Test]
    public async Task Update_Archived_IsStoredNextToOtherChanges()
    {
        var session = await CreateSessionAsync(_user, "Before");

        var archived = await ArchiveAsync(session);
        await _user.Client.SendJsonAsync(HttpMethod.Put, Path(session), new { title = "After", pinned = true });
        var stored = await StoredSessionAsync(session);
        var unarchived = await ArchiveAsync(session, archived: false);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(session.GetProperty("archived").GetBoolean(), Is.False);
            Assert.That(archived.GetProperty("archived").GetBoolean(), Is.True);
            Assert.That((stored.Title, stored.Pinned, stored.Archived), Is.EqualTo(("After", true, true)));
            Assert.That(stored.LastActivityAt, Is.EqualTo(stored.CreatedAt), "archiving is no activity");
            Assert.That(unarchived.GetProperty("archived").GetBoolean(), Is.False);
            Assert.That((await StoredSessionAsync(session)).Archived, Is.False);
        }
    }

    [Test]
    public async Task Update_ArchivedTenTimesAtOnce_AllSucceed()
    {
        var session = await CreateSessionAsync(_user, "Once");

        var responses = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _user.Client.SendAsync(HttpMethod.Put, Path(session), new { archived = true })));

        Assert.That(responses, Has.All.Property(nameof(HttpResponseMessage.StatusCode)).EqualTo(HttpStatusCode.OK));
        Assert.That((await StoredSessionAsync(session)).Archived, Is.True);
    }

    [TestCase("\"yes\"")]
    [TestCase("1")]
    public async Task Update_ArchivedIsNoBoolean_Is400AndChangesNothing(string json)
    {
        var session = await CreateSessionAsync(_user, "Same");

        var problem = await _user.Client.ProblemAsync(HttpMethod.Put, Path(session), Api.Raw($$"""{"archived": {{json}}}"""), HttpStatusCode.BadRequest);

        Assert.That(problem.Fields()[0], Does.StartWith("archived"));
        Assert.That((await StoredSessionAsync(session)).Archived, Is.False);
    }

    [Test]
    public async Task Update_ArchivedOfSomebodyElsesSession_Is404AndChangesNothing()
    {
        var session = await CreateSessionAsync(_user, "Mine");
        var stranger = await App.RegisterAsync();

        await stranger.Client.ProblemAsync(HttpMethod.Put, Path(session), new { archived = true }, HttpStatusCode.NotFound);

        Assert.That((await StoredSessionAsync(session)).Archived, Is.False);
        Assert.That((await stranger.Client.GetJsonAsync("/chat/sessions?archived=true")).Number("count"), Is.Zero);
    }

    [TestCase("/chat/sessions", "Kept")]
    [TestCase("/chat/sessions?archived=false", "Kept")]
    [TestCase("/chat/sessions?archived=true", "Archived tea")]
    [TestCase("/chat/sessions?q=", "Kept")]
    [TestCase("/chat/sessions?q=e", "Archived tea", "Kept")]
    [TestCase("/chat/sessions?q=e&archived=false", "Kept")]
    [TestCase("/chat/sessions?q=e&archived=true", "Archived tea")]
    [TestCase("/chat/sessions?deleted=true", "Deleted and archived", "Deleted")]
    [TestCase("/chat/sessions?deleted=true&archived=false", "Deleted")]
    [TestCase("/chat/sessions?deleted=true&archived=true", "Deleted and archived")]
    public async Task List_WithArchivedSessions_ShowsWhatIsAskedFor(string path, params string[] titles)
    {
        await CreateSessionAsync(_user, "Kept");
        await ArchiveAsync(await CreateSessionAsync(_user, "Archived tea"));
        await _user.Client.SendJsonAsync(HttpMethod.Delete, Path(await CreateSessionAsync(_user, "Deleted")));
        var both = await CreateSessionAsync(_user, "Deleted and archived");
        await ArchiveAsync(both);
        await _user.Client.SendJsonAsync(HttpMethod.Delete, Path(both));

        var list = await _user.Client.GetJsonAsync(path);

        Assert.That(list.Items("sessions").Select(s => s.Text("title")), Is.EqualTo(titles));
    }

    [Test]
    public async Task QuickList_WithArchivedSessions_LeavesThemOut()
    {
        await CreateSessionAsync(_user, "Kept");
        await ArchiveAsync(await CreateSessionAsync(_user, "Archived"));

        var list = await _user.Client.GetJsonAsync("/api/sessions");

        Assert.That(list.Items("sessions").Select(s => s.Text("user_id")), Is.EqualTo(new[] { "Kept" }));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task List_OverSeveralPages_ShowsEachOfItsKindOnce(bool archived)
    {
        var (kept, put) = (new List<Guid>(), new List<Guid>());
        for (var i = 0; i < 14; i++)
        {
            var session = await CreateSessionAsync(_user, $"Session {i}");
            (i % 2 == 0 ? kept : put).Insert(0, session.Id());
        }
        await App.WithDb(db => db.Sessions.Where(s => put.Contains(s.Id)).ExecuteUpdateAsync(s => s.SetProperty(x => x.Archived, true)));

        var (seen, cursor) = (new List<Guid>(), (string?)null);
        do
        {
            var page = await _user.Client.GetJsonAsync($"/chat/sessions?limit=3&archived={archived}&cursor={cursor}");
            seen.AddRange(page.Items("sessions").Select(s => s.Id()));
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);

        Assert.That(seen, Is.EqualTo(archived ? put : kept));
    }

    [Test]
    public async Task List_WithArchivedSessions_CountsThemInTheTotals()
    {
        var session = await CreateSessionAsync(_user, "Counted", "one", "two");
        var before = await _user.Client.GetJsonAsync("/chat/sessions");

        await ArchiveAsync(session);

        var after = await _user.Client.GetJsonAsync("/chat/sessions");
        Assert.That(after.Number("count"), Is.Zero);
        foreach (var total in new[] { "total_messages", "total_tokens_used", "session_start", "last_activity" })
        {
            Assert.That(after.GetProperty(total).GetRawText(), Is.EqualTo(before.GetProperty(total).GetRawText()), total);
        }
    }

    [Test]
    public async Task Archived_Session_IsReadSearchedExportedAndReportedAsBefore()
    {
        var session = await CreateSessionAsync(_user, "Aubergine", "Where do quokkas live?");
        await ArchiveAsync(session);
        var id = session.Text("id");

        var history = await _user.Client.GetJsonAsync("/api/session/Aubergine/history");
        var found = await _user.Client.GetJsonAsync("/search?query=quokkas");
        var inSession = await _user.Client.GetJsonAsync($"/search/{id}?query=quokkas");
        var export = await _user.Client.GetJsonAsync($"/export/{id}/json");
        using var zip = new ZipArchive(await _user.Client.GetStreamAsync("/export"));
        var reported = await App.WithDb(db => db.Database.SqlQuery<int>($"SELECT count(*)::int AS \"Value\" FROM reporting.conversations WHERE thread_id = {session.Text("thread_id")}").SingleAsync());

        using (Assert.EnterMultipleScope())
        {
            Assert.That((await _user.Client.GetJsonAsync($"{Path(session)}/messages")).Items("messages"), Has.Count.EqualTo(2));
            Assert.That(history.Items("messages"), Has.Count.EqualTo(2));
            Assert.That(found.Number("count"), Is.EqualTo(1));
            Assert.That(inSession.Number("count"), Is.EqualTo(1));
            Assert.That(export.GetProperty("session").GetProperty("archived").GetBoolean(), Is.True);
            Assert.That(zip.Entries.Select(e => e.FullName), Does.Contain("Aubergine.json"));
            Assert.That(reported, Is.EqualTo(2));
        }
    }

    [Test]
    public async Task Send_ToAnArchivedSession_RepliesAndLeavesItArchived()
    {
        var session = await CreateSessionAsync(_user, "Quiet");
        await ArchiveAsync(session);

        await _user.Client.SendJsonAsync(HttpMethod.Post, $"{Path(session)}/messages?wait=true", new { content = "Still there?" }, HttpStatusCode.Created);

        var stored = await StoredSessionAsync(session);
        Assert.That((stored.Archived, stored.MessageCount), Is.EqualTo((true, 2)));
        Assert.That((await _user.Client.GetJsonAsync("/chat/sessions")).Number("count"), Is.Zero);
    }

    [Test]
    public async Task Restore_ArchivedSession_KeepsItArchived()
    {
        var session = await CreateSessionAsync(_user, "Twice away");
        await ArchiveAsync(session);
        await _user.Client.SendJsonAsync(HttpMethod.Delete, Path(session));
        await _user.Client.ProblemAsync(HttpMethod.Put, Path(session), new { archived = false }, HttpStatusCode.NotFound);

        var restored = await _user.Client.SendJsonAsync(HttpMethod.Post, $"{Path(session)}/restore");

        Assert.That(restored.GetProperty("archived").GetBoolean(), Is.True);
        Assert.That((await _user.Client.GetJsonAsync("/chat/sessions?archived=true")).Items("sessions").Select(s => s.Id()), Is.EqualTo(new[] { session.Id() }));
    }

    private Task<JsonElement> ArchiveAsync(JsonElement session, bool archived = true) => _user.Client.SendJsonAsync(HttpMethod.Put, Path(session), new { archived });

    private static string Path(JsonElement session) => $"/chat/sessions/{session.Text("id")}";
}
