using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using ChatApp.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

/// <summary>A page follows the changes of other tabs and devices, fetches no more than necessary, and keeps what did not change.</summary>
internal sealed class PageUpdateTests : BrowserFixture
{
    // Without a shared worker the page reads the feed itself, and the test can replace it.
    private const string NoSharedWorker = "delete window.SharedWorker";

    private TestUser _user = null!;
    private IPage _page = null!;

    [SetUp]
    public async Task Register()
    {
        _user = await App.RegisterAsync();
        _page = await NewPageAsync(_user);
    }

    [Test]
    public async Task Messages_DeletedAndRestoredElsewhere_DisappearAndReappear()
    {
        var session = await CreateSessionAsync(_user, "Shared", "One", "Two", "Three");
        var two = (await StoredMessagesAsync(session.Id()))[2].Id;
        await _page.GotoAsync($"/chat-ui/{session.Text("id")}");
        await _page.Locator($"#m-{two}").EvaluateAsync("e => e.previousElementSibling.dataset.marked = true");

        await _user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{session.Text("id")}/messages/{two}");
        await Expect(_page.Questions).ToHaveTextAsync(["One", "Three"]);
        await _user.Client.SendJsonAsync(HttpMethod.Post, $"/chat/sessions/{session.Text("id")}/messages/{two}/restore", new { });

        await Expect(_page.Questions).ToHaveTextAsync(["One", "Two", "Three"]);
        await Expect(_page.Locator("[data-marked]")).ToHaveCountAsync(1);
    }

    [Test]
    public async Task Messages_MoreThanAPageSentElsewhere_ReplaceTheOldOnes()
    {
        var session = await CreateSessionAsync(_user, "Busy", "First");
        var feed = await HoldFeedAsync();
        await _page.GotoAsync($"/chat-ui/{session.Text("id")}");
        for (var i = 1; i <= 30; i++)
        {
            await _user.Client.SendJsonAsync(
                HttpMethod.Post, $"/chat/sessions/{session.Text("id")}/messages?wait=true", new { content = $"Question {i}" }, System.Net.HttpStatusCode.Created);
        }
        feed.SetResult(Changed(session));

        await Expect(_page.Questions.Last).ToHaveTextAsync("Question 30");
        await Expect(_page.Locator(".message")).ToHaveCountAsync(50);
        await _page.GetByRole(AriaRole.Link, new() { Name = "Load older messages" }).ClickAsync();
        await Expect(_page.Locator(".message")).ToHaveCountAsync(62);
        await Expect(_page.Questions.First).ToHaveTextAsync("First");
    }

    [Test]
    public async Task Feed_ChangeOfAnotherSession_FetchesNoMessages()
    {
        var (mine, other) = (await CreateSessionAsync(_user, "Mine", "Hello"), await CreateSessionAsync(_user, "Other"));
        var feed = await HoldFeedAsync();
        var fetched = new ConcurrentQueue<string>();
        _page.Request += (_, request) => fetched.Enqueue(new Uri(request.Url).AbsolutePath);
        await _page.GotoAsync($"/chat-ui/{mine.Text("id")}");
        await _user.Client.SendJsonAsync(
            HttpMethod.Post, $"/chat/sessions/{mine.Text("id")}/messages?wait=true", new { content = "Again" }, System.Net.HttpStatusCode.Created);

        feed.SetResult(Changed(other) + Changed(other) + Changed(mine));

        await Expect(_page.Questions).ToHaveTextAsync(["Hello", "Again"]);
        Assert.That(fetched.Count(path => path.EndsWith($"{mine.Text("id")}/messages", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public async Task Fragment_AfterAPosition_ContainsOnlyLaterMessages()
    {
        var session = await CreateSessionAsync(_user, "Parts", "One", "Two");

        var fragment = await _user.Client.GetStringAsync($"/chat-ui/{session.Text("id")}/messages?after=2");

        Assert.That(fragment, Does.Not.Contain("<html").And.Not.Contain("One"));
        Assert.That(fragment, Does.Contain("Two").And.Contain("data-seq=\"1\"").And.Contain("data-seq=\"4\""));
    }

    [Test]
    public async Task Press_WhileAnotherChatIsRenamed_OpensTheMenu()
    {
        var (still, renamed) = (await CreateSessionAsync(_user, "Still"), await CreateSessionAsync(_user, "Before"));
        await _page.GotoAsync($"/chat-ui/{still.Text("id")}");
        var row = _page.Sidebar.Locator(".session").Filter(new() { HasText = "Still" });
        await row.HoverAsync();
        await row.GetByRole(AriaRole.Button, new() { Name = "Actions for Still" }).HoverAsync();
        await _page.Mouse.DownAsync();

        await _user.Client.PutAsync($"/chat/sessions/{renamed.Text("id")}", JsonContent.Create(new { title = "After" }));
        await Expect(_page.Sidebar).ToContainTextAsync("After");
        await _page.Mouse.UpAsync();

        await Expect(row.Locator(".menu")).ToBeVisibleAsync();
    }

    [Test]
    public async Task Rename_WhileAMenuIsOpen_ShowsWhenItIsClosed()
    {
        var session = await CreateSessionAsync(_user, "Before");
        await _page.GotoAsync("/chat-ui");
        var menu = await _page.OpenMenuAsync("Before");
        await _page.RunAndWaitForResponseAsync(
            () => _user.Client.PutAsync($"/chat/sessions/{session.Text("id")}", JsonContent.Create(new { title = "After" })),
            r => r.Url.Contains("/sessions/sidebar", StringComparison.Ordinal));
        await Expect(menu).ToBeVisibleAsync();

        await _page.Keyboard.PressAsync("Escape");

        await Expect(_page.Sidebar).ToContainTextAsync("After");
    }

    private static string Changed(JsonElement session) => $$"""data: {"type":"sessions","generating":[],"sessions":["{{session.Text("id")}}"]}""" + "\n\n";

    /// <summary>Replaces the feed with the test's own, which sends nothing before the result is set and nothing after it.</summary>
    private async Task<TaskCompletionSource<string>> HoldFeedAsync()
    {
        var feed = new TaskCompletionSource<string>();
        var connections = 0;
        await _page.AddInitScriptAsync(NoSharedWorker);
        await _page.RouteAsync("**/chat/events", async route =>
        {
            if (++connections == 1)
            {
                await route.FulfillAsync(new() { ContentType = "text/event-stream", Body = await feed.Task });
            }
        });
        return feed;
    }
}

/// <summary>The trash says how long chats are kept.</summary>
internal sealed class TrashRetentionTests : BrowserFixture
{
    protected override Dictionary<string, string> Settings => new() { ["Sessions:TrashRetention"] = "12:00:00" };

    [Test]
    public async Task Trash_OtherRetention_SaysSo()
    {
        var page = await NewPageAsync(await App.RegisterAsync(), WithoutScripts);

        await page.GotoAsync("/sessions/trash");

        await Expect(page.GetByText("Chats are deleted permanently after 12 hours.")).ToBeVisibleAsync();
    }
}
