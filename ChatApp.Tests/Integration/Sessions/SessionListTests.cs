using System.Net;
using System.Text.Json;
using ChatApp.Domain.Sessions;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Integration.Sessions;

internal sealed class SessionListTests : ChatFixture
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [TestCase(50)]
    [TestCase(41)]
    [TestCase(200)]
    public async Task List_ManySessionsOfTheSameTime_ShowsEachOnce(int limit)
    {
        var user = await App.RegisterAsync();
        var ids = await AddAsync(user, Enumerable.Repeat(Noon, 205));

        var (seen, cursor, pages) = (new List<Guid>(), (string?)null, 0);
        do
        {
            var page = await user.Client.GetJsonAsync($"/chat/sessions?limit={limit}&cursor={cursor}");
            Assert.That(page.Number("count"), Is.EqualTo(page.Items("sessions").Count).And.LessThanOrEqualTo(limit));
            seen.AddRange(page.Items("sessions").Select(s => s.Id()));
            cursor = page.GetProperty("next_cursor").GetString();
            pages++;
        }
        while (cursor is not null);

        Assert.That(seen, Is.EqualTo(ids.OrderDescending()), "newest first, and the highest id for equal times");
        Assert.That(pages, Is.EqualTo((205 + limit - 1) / limit));
    }

    [Test]
    public async Task List_WhileSessionsComeAndGo_ShowsTheOthersOnce()
    {
        var user = await App.RegisterAsync();
        var ids = await AddAsync(user, Enumerable.Range(0, 10).Select(i => Noon.AddMinutes(-i)));

        var first = await user.Client.GetJsonAsync("/chat/sessions?limit=4");
        await AddAsync(user, [Noon.AddMinutes(1)]);
        await user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{ids[3]}");
        var rest = await user.Client.GetJsonAsync($"/chat/sessions?cursor={first.Text("next_cursor")}");

        Assert.That(first.Items("sessions").Concat(rest.Items("sessions")).Select(s => s.Id()), Is.EqualTo(ids));
        Assert.That(rest.GetProperty("next_cursor").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [TestCase("limit=0")]
    [TestCase("limit=-1")]
    [TestCase("limit=201")]
    [TestCase("limit=2147483648")]
    [TestCase("limit=1000000000000000000000000000000")]
    [TestCase("limit=")]
    [TestCase("limit=ten")]
    [TestCase("limit=1.5")]
    [TestCase("cursor=nonsense")]
    [TestCase("cursor=%00")]
    [TestCase("cursor=!!!")]
    [TestCase("cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [TestCase("deleted=perhaps")]
    [TestCase("archived=perhaps")]
    [TestCase("q=%00")]
    public async Task List_InvalidQuery_Is400ThatNamesIt(string query)
    {
        var user = await App.RegisterAsync();

        var problem = await user.Client.ProblemAsync(HttpMethod.Get, $"/chat/sessions?{query}", null, HttpStatusCode.BadRequest);

        Assert.That(problem.Fields(), Is.EqualTo(new[] { query[..query.IndexOf('=', StringComparison.Ordinal)] }));
    }

    [TestCase("limit=1", 1)]
    [TestCase("limit=200", 3)]
    [TestCase("cursor=", 3)]
    [TestCase("q=", 3)]
    [TestCase("q=%20", 3)]
    public async Task List_QueryAtItsBounds_Works(string query, int count)
    {
        var user = await App.RegisterAsync();
        await AddAsync(user, [Noon, Noon, Noon]);

        Assert.That((await user.Client.GetJsonAsync($"/chat/sessions?{query}")).Number("count"), Is.EqualTo(count));
    }

    [Test]
    public async Task List_ChangedCursor_Is400()
    {
        var user = await App.RegisterAsync();
        await AddAsync(user, [Noon, Noon, Noon]);
        var session = await CreateSessionAsync(user, null, "one", "two");
        var cursor = (await user.Client.GetJsonAsync("/chat/sessions?limit=1")).Text("next_cursor");
        var ofMessages = (await user.Client.GetJsonAsync($"/chat/sessions/{session.Text("id")}/messages?limit=1")).Text("next_cursor");

        var middle = cursor.Length / 2;
        string[] changed = [cursor[..middle] + (cursor[middle] == 'A' ? 'B' : 'A') + cursor[(middle + 1)..], cursor[..^4], cursor + "AAAA", ofMessages];
        foreach (var bad in changed)
        {
            var problem = await user.Client.ProblemAsync(HttpMethod.Get, $"/chat/sessions?cursor={bad}", null, HttpStatusCode.BadRequest);
            Assert.That(problem.Fields(), Is.EqualTo(new[] { "cursor" }));
        }
    }

    [TestCase("100%", "100% sure")]
    [TestCase("a_c", "a_c")]
    [TestCase("\\", "back\\slash")]
    [TestCase("GRÖß", "Größse")]
    [TestCase("größse", "Größse")]
    [TestCase("ΔΕΛΤΑ", "δελτα")]
    [TestCase("'; DROP TABLE x; --", "it'; drop table x; --")]
    [TestCase("😀", "smile 😀")]
    [TestCase("  sure ", "100% sure")]
    public async Task List_Filtered_FindsTheLiteralTextInAnyCase(string text, string expected)
    {
        var user = await App.RegisterAsync();
        foreach (var title in new[] { "100% sure", "1000 sure", "a_c", "abc", "back\\slash", "Größse", "δελτα", "it'; drop table x; --", "smile 😀" })
        {
            await CreateSessionAsync(user, title);
        }

        var found = await user.Client.GetJsonAsync($"/chat/sessions?q={Uri.EscapeDataString(text)}");

        var titles = found.Items("sessions").Select(s => s.Text("title"));
        Assert.That(titles, text.Trim() == "sure" ? Is.EquivalentTo(new[] { "1000 sure", "100% sure" }) : Is.EqualTo(new[] { expected }));
    }

    [Test]
    public async Task List_FilterTooLong_Is400()
    {
        var user = await App.RegisterAsync();

        await user.Client.GetJsonAsync($"/chat/sessions?q={new string('q', ChatSession.TitleMaxLength)}");
        await user.Client.ProblemAsync(HttpMethod.Get, $"/chat/sessions?q={new string('q', ChatSession.TitleMaxLength + 1)}", null, HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task List_WithChats_SumsThemUp()
    {
        var user = await App.RegisterAsync();
        var stranger = await App.RegisterAsync();
        await CreateSessionAsync(stranger, "Not yours", "secret");
        var empty = await CreateSessionAsync(user, "Empty");
        var busy = await CreateSessionAsync(user, "Busy", "one", "two");
        var gone = await CreateSessionAsync(user, "Gone", "three");
        await user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{gone.Text("id")}");

        var list = await user.Client.GetJsonAsync("/chat/sessions");

        var messages = await StoredMessagesAsync(busy.Id());
        var tokens = await App.WithDb(async db => (await db.UserUsage.FindAsync(user.Id))!.TotalTokens);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(list.Items("sessions").Select(s => s.Text("title")), Is.EqualTo(new[] { "Busy", "Empty" }));
            Assert.That(list.Text("user_id"), Is.EqualTo(user.Id.ToString()));
            Assert.That(list.Text("thread_id"), Is.EqualTo($"user-{user.Id}"));
            Assert.That(list.Number("total_messages"), Is.EqualTo(4));
            Assert.That(list.Number("total_tokens_used"), Is.EqualTo(tokens).And.Positive);
            Assert.That(list.GetProperty("session_start").GetDateTimeOffset(), Is.EqualTo(messages[0].CreatedAt));
            Assert.That(list.GetProperty("last_activity").GetDateTimeOffset(), Is.EqualTo((await StoredSessionAsync(busy)).LastMessageAt));
            Assert.That(list.Items("sessions")[0].Text("preview"), Is.EqualTo(GatedModel.Reply));
            Assert.That(list.Items("sessions")[0].Text("timestamp"), Is.EqualTo(list.Items("sessions")[0].Text("last_message_at")));
            Assert.That(list.Items("sessions")[0].Number("message_count"), Is.EqualTo(4));
            Assert.That(list.Items("sessions")[1].Text("preview"), Is.Empty);
            Assert.That(list.Items("sessions")[1].Text("timestamp"), Is.EqualTo(empty.Text("created_at")));
        }
    }

    [Test]
    public async Task List_OfANewUser_IsEmptyWithNulls()
    {
        var user = await App.RegisterAsync();

        var list = await user.Client.GetJsonAsync("/chat/sessions");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(list.Items("sessions"), Is.Empty);
            Assert.That((list.Number("count"), list.Number("total_messages"), list.Number("total_tokens_used")), Is.EqualTo((0, 0, 0)));
            Assert.That(list.GetProperty("session_start").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That(list.GetProperty("last_activity").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That(list.GetProperty("next_cursor").ValueKind, Is.EqualTo(JsonValueKind.Null));
        }
    }

    [Test]
    public async Task List_Preview_IsTheBeginningOfTheLastMessageInWholeCharacters()
    {
        var user = await App.RegisterAsync();
        Model.Hold("long").Say("x" + string.Concat(Enumerable.Repeat("😀", 200))).End();
        await CreateSessionAsync(user, "Long", "long");

        var preview = (await user.Client.GetJsonAsync("/chat/sessions")).Items("sessions")[0].Text("preview");

        Assert.That(preview, Is.EqualTo("x" + string.Concat(Enumerable.Repeat("😀", SessionListItem.PreviewLength - 1))), "PostgreSQL counts characters");
    }

    /// <summary>Inserts sessions with these times of last activity.</summary>
    private Task<List<Guid>> AddAsync(TestUser user, IEnumerable<DateTimeOffset> times) => App.WithDb(async db =>
    {
        var sessions = times.Select(t => (Time: t, Id: Guid.CreateVersion7())).Select(x => new ChatSession
        {
            Id = x.Id,
            UserId = user.Id,
            ThreadId = ChatSession.OwnThreadId(x.Id),
            CreatedAt = x.Time,
            UpdatedAt = x.Time,
            LastActivityAt = x.Time,
        }).ToList();
        db.Sessions.AddRange(sessions);
        await db.SaveChangesAsync();
        return sessions.ConvertAll(s => s.Id);
    });
}
