using System.Text.Json;
using ChatApp.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

internal sealed class ArchivePageTests : BrowserFixture
{
    private TestUser _user = null!;
    private JsonElement _apples;
    private IPage _page = null!;

    [SetUp]
    public async Task Open()
    {
        _user = await App.RegisterAsync();
        await CreateSessionAsync(_user, "Cherries", "How long do they keep?");
        _apples = await CreateSessionAsync(_user, "Apples", "Which apples keep?");
        await CreateSessionAsync(_user, "Bread", "Why does it not rise?");
        _page = await NewPageAsync(_user);
        await _page.GotoAsync("/chat-ui");
    }

    [Test]
    public async Task Archive_InTheSidebar_LeavesTheListAndComesBackWithUndo()
    {
        await ChooseAsync("Apples", "Archive");

        await Expect(_page.Locator(".toast")).ToContainTextAsync("“Apples” archived.");
        await Expect(Links).ToHaveTextAsync(["Bread", "Cherries"]);
        Assert.That((await StoredSessionAsync(_apples)).Archived, Is.True);

        await _page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(Links).ToHaveTextAsync(["Bread", "Apples", "Cherries"]);
        Assert.That((await StoredSessionAsync(_apples)).Archived, Is.False);
    }

    [Test]
    public async Task Archive_ByKeyboard_LeavesTheFocusInTheList()
    {
        await _page.WaitForLoadStateAsync(); // then the scripts have started, too
        await _page.GetByRole(AriaRole.Button, new() { Name = "Actions for Apples" }).FocusAsync();
        await _page.Keyboard.PressAsync("Enter");
        await Expect(_page.Sidebar.Locator(".menu:popover-open")).ToBeVisibleAsync();
        await _page.Sidebar.Locator(".menu:popover-open").GetByText("Archive", new() { Exact = true }).FocusAsync();
        await _page.Keyboard.PressAsync("Enter");

        await Expect(Links).ToHaveTextAsync(["Bread", "Cherries"]);
        await Expect(_page.Sidebar.GetByRole(AriaRole.Link, new() { Name = "Cherries" })).ToBeFocusedAsync();
    }

    [Test]
    public async Task Archive_TheOpenOne_StaysOpenWithANoteThatUnarchivesIt()
    {
        await _page.GotoAsync($"/chat-ui/{_apples.Text("id")}");
        await Expect(Note).ToBeHiddenAsync();
        await ChooseAsync("Apples", "Archive");

        await Expect(Note).ToBeVisibleAsync();
        await _page.AskAsync("Still there?");
        await Expect(Links).ToHaveTextAsync(["Bread", "Cherries"]);
        await Note.GetByRole(AriaRole.Button, new() { Name = "Unarchive" }).ClickAsync();

        await Expect(Note).ToBeHiddenAsync();
        await Expect(Links).ToHaveTextAsync(["Apples", "Bread", "Cherries"]);
        Assert.That((await StoredSessionAsync(_apples)).Archived, Is.False);
    }

    [Test]
    public async Task Archive_OnAnotherDevice_ShowsHereAtOnce()
    {
        await _page.GotoAsync($"/chat-ui/{_apples.Text("id")}");
        await Expect(Links).ToHaveTextAsync(["Bread", "Apples", "Cherries"]);
        await _page.WaitForLoadStateAsync();

        await _user.Client.SendJsonAsync(HttpMethod.Put, $"/chat/sessions/{_apples.Text("id")}", new { archived = true });

        await Expect(Links).ToHaveTextAsync(["Bread", "Cherries"]);
        await Expect(Note).ToBeVisibleAsync();
    }

    [Test]
    public async Task Search_Archived_IsFoundMarkedAndCanBeUnarchived()
    {
        await _user.Client.SendJsonAsync(HttpMethod.Put, $"/chat/sessions/{_apples.Text("id")}", new { archived = true });
        await _page.ReloadAsync();
        await _page.WaitForLoadStateAsync();
        await _page.Locator("#search").FillAsync("app");

        await Expect(_page.Sidebar.GetByRole(AriaRole.Link, new() { Name = "Archived: Apples" })).ToBeVisibleAsync();
        await ChooseAsync("Apples", "Unarchive");
        await Expect(_page.Sidebar.GetByRole(AriaRole.Link, new() { Name = "Apples", Exact = true })).ToBeVisibleAsync();
        await _page.Locator("#search").FillAsync("");

        await Expect(Links).ToHaveTextAsync(["Bread", "Apples", "Cherries"]);
    }

    [Test]
    public async Task ArchivePage_UnarchiveAndDelete_LeaveIt()
    {
        await _user.Client.SendJsonAsync(HttpMethod.Put, $"/chat/sessions/{_apples.Text("id")}", new { archived = true });
        await _page.ReloadAsync();
        await _page.GetByRole(AriaRole.Link, new() { Name = "Archive", Exact = true }).ClickAsync();
        await Expect(_page.Title).ToHaveTextAsync("Archived chats");
        await Expect(_page.Locator("table .session-link")).ToHaveTextAsync(["Apples"]);

        await _page.GetByRole(AriaRole.Button, new() { Name = "Unarchive Apples" }).ClickAsync();
        await Expect(_page.Locator(".toast")).ToHaveTextAsync("Chat unarchived.");
        await Expect(_page.GetByText("No archived chats.")).ToBeVisibleAsync();

        await _page.Locator("main").GetByRole(AriaRole.Link, new() { Name = "All chats" }).ClickAsync();
        await ChooseAsync("Bread", "Archive");
        await Expect(_page.Locator("table .session-link")).ToHaveTextAsync(["Apples", "Cherries"]);
        await _page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(_page.Locator("table .session-link")).ToHaveTextAsync(["Bread", "Apples", "Cherries"]);
    }

    private ILocator Links => _page.Sidebar.Locator(".session-link");

    private ILocator Note => _page.GetByText("This chat is archived.").Locator("..");

    private async Task ChooseAsync(string title, string action) =>
        await (await _page.OpenMenuAsync(title)).GetByText(action, new() { Exact = true }).ClickAsync();
}
