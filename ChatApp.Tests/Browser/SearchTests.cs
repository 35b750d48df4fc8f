using ChatApp.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

/// <summary>The search page without scripts; with them it is the same.</summary>
internal sealed class SearchTests : BrowserFixture
{
    private TestUser _user = null!;
    private IPage _page = null!;

    [SetUp]
    public async Task Open()
    {
        _user = await App.RegisterAsync();
        _page = await NewPageAsync(_user, WithoutScripts);
    }

    [Test]
    public async Task Search_FromTheSidebar_ShowsMessagesAndTitles()
    {
        await App.StoreAsync(_user, "About <b>magpies</b>", "The magpie <script>sings</script>.", "It does.");
        await _page.GotoAsync("/chat-ui");
        await _page.GetByRole(AriaRole.Link, new() { Name = "Search messages" }).ClickAsync();
        await Expect(_page.GetByText("Search the messages of all your chats.")).ToBeVisibleAsync();
        await SearchAsync("magpie");

        await Expect(_page).ToHaveTitleAsync("magpie · Search · ChatApp");
        await Expect(_page.Locator(".hit-title")).ToHaveTextAsync(["About <b>magpies</b>"]);
        await Expect(_page.Locator(".hit-text")).ToHaveTextAsync(["The magpie <script>sings</script>."]);
        await Expect(_page.Locator("mark")).ToHaveTextAsync(["magpie"]);
        await Expect(_page.Locator(".found-sessions a")).ToHaveTextAsync(["About <b>magpies</b>"]);
    }

    [TestCase(1)]
    [TestCase(60)]
    [TestCase(118)]
    public async Task Result_InALongConversation_LinksToTheMessage(int place)
    {
        await App.StoreAsync(_user, "Long", Enumerable.Range(0, 120).Select(i => i == place ? "The magpie." : $"Message {i}."));
        await _page.GotoAsync("/search-ui?query=magpie");
        await _page.Locator(".hit").ClickAsync();

        await Expect(_page.Locator(".message:target [data-body]")).ToHaveTextAsync("The magpie.");
        await Expect(_page.Locator(".message:target")).ToBeInViewportAsync();
        await Expect(_page.Composer).ToHaveCountAsync(place > 70 ? 1 : 0);
    }

    [Test]
    public async Task Search_Nothing_SaysSo()
    {
        await App.StoreAsync(_user, "Birds", "The magpie.");
        await _page.GotoAsync("/search-ui");
        await SearchAsync("albatross");

        await Expect(_page.GetByRole(AriaRole.Status).Filter(new() { HasText = "No messages found." })).ToBeVisibleAsync();
        await Expect(_page.GetByRole(AriaRole.Searchbox, new() { Name = "Search all messages" })).ToHaveValueAsync("albatross");
    }

    [Test]
    public async Task Search_OnlyAnExclusion_SaysWhatIsMissing()
    {
        await _page.GotoAsync("/search-ui");
        await SearchAsync("-albatross");

        await Expect(_page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("Name something to look for, not only what to leave out.");
    }

    [Test]
    public async Task Search_ManyResults_ArePaged()
    {
        await App.StoreAsync(_user, "Many", Enumerable.Range(0, 25).Select(i => $"The magpie {i}."));
        await _page.GotoAsync("/search-ui?query=magpie");
        await Expect(_page.Locator(".hit")).ToHaveCountAsync(20);
        await _page.GetByRole(AriaRole.Link, new() { Name = "More results" }).ClickAsync();

        await Expect(_page.Locator(".hit")).ToHaveCountAsync(5);
        await _page.GetByRole(AriaRole.Link, new() { Name = "First results" }).ClickAsync();
        await Expect(_page.Locator(".hit")).ToHaveCountAsync(20);
    }

    private async Task SearchAsync(string query)
    {
        await _page.GetByRole(AriaRole.Searchbox, new() { Name = "Search all messages" }).FillAsync(query);
        await _page.GetByRole(AriaRole.Button, new() { Name = "Search", Exact = true }).ClickAsync();
    }
}
