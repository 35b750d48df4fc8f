using System.Net.Http.Json;
using ChatApp.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

internal sealed class KeyboardTests : BrowserFixture
{
    private TestUser _user = null!;
    private string _session = "";
    private IPage _page = null!;

    [SetUp]
    public async Task Open()
    {
        _user = await App.RegisterAsync();
        _session = (await CreateSessionAsync(_user, "Something", "Hello")).Text("id");
        _page = await NewPageAsync(_user);
        await _page.GotoAsync($"/chat-ui/{_session}");
    }

    [Test]
    public async Task CtrlK_Anywhere_OpensTheSearchAndSelectsTheLastQuery()
    {
        await _page.Keyboard.PressAsync("Control+k");
        var field = _page.GetByRole(AriaRole.Searchbox, new() { Name = "Search all messages" });
        await Expect(field).ToBeFocusedAsync();

        await _page.Keyboard.TypeAsync("hello");
        await _page.Keyboard.PressAsync("Enter");
        await Expect(_page.Locator(".hit")).ToHaveCountAsync(1);
        await _page.WaitForLoadStateAsync(); // the scripts have started then
        await _page.Keyboard.PressAsync("Meta+k");
        await Expect(field).ToBeFocusedAsync();
        await _page.Keyboard.TypeAsync("nothing");
        await Expect(field).ToHaveValueAsync("nothing");
    }

    [Test]
    public async Task ShiftEscape_FocusElsewhere_FocusesTheComposer()
    {
        await _page.Locator("#search").FocusAsync();

        await _page.Keyboard.PressAsync("Shift+Escape");

        await Expect(_page.Composer).ToBeFocusedAsync();
    }

    [Test]
    public async Task CtrlShiftO_InAConversation_StartsANewOne()
    {
        await _page.Keyboard.PressAsync("Control+Shift+O");

        await Expect(_page.GetByRole(AriaRole.Heading, new() { Name = $"Hello, {_user.Name}" })).ToBeVisibleAsync();
    }

    [Test]
    public async Task CtrlSlash_AnywhereOnThePage_ShowsTheShortcutsUntilEscape()
    {
        var dialog = _page.GetByRole(AriaRole.Dialog, new() { Name = "Keyboard shortcuts" });

        await _page.Keyboard.PressAsync("Control+/");
        await Expect(dialog).ToBeVisibleAsync();

        await _page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToBeHiddenAsync();
        await Expect(_page.Composer).ToBeFocusedAsync();
    }

    [Test]
    public async Task Tab_FromTheStart_SkipsToTheContentAndReachesASessionMenu()
    {
        await _page.GotoAsync("/account");
        await _page.Keyboard.PressAsync("Tab");
        await Expect(_page.GetByRole(AriaRole.Link, new() { Name = "Skip to content" })).ToBeFocusedAsync();

        var link = _page.Sidebar.GetByRole(AriaRole.Link, new() { Name = "Something" });
        await _page.WaitForLoadStateAsync(); // the scripts have started then
        await link.FocusAsync();
        await _page.Keyboard.PressAsync("Tab");
        await Expect(_page.GetByRole(AriaRole.Button, new() { Name = "Actions for Something" })).ToBeFocusedAsync();
        await _page.Keyboard.PressAsync("Enter");
        await Expect(_page.Sidebar.Locator(".menu:popover-open")).ToBeVisibleAsync();
        await _page.Keyboard.PressAsync("Tab");
        await _page.Keyboard.PressAsync("Enter");

        await Expect(_page.Locator(".rename-input")).ToBeFocusedAsync();
    }

    [Test]
    public async Task Focus_OnASessionRenamedElsewhere_StaysThere()
    {
        await Expect(_page.Composer).ToBeFocusedAsync();
        await _page.GetByRole(AriaRole.Button, new() { Name = "Actions for Something" }).FocusAsync();

        await _user.Client.PutAsync($"/chat/sessions/{_session}", JsonContent.Create(new { title = "Another name" }));

        await Expect(_page.GetByRole(AriaRole.Button, new() { Name = "Actions for Another name" })).ToBeFocusedAsync();
    }

    [Test]
    public async Task Theme_Chosen_StaysAfterReload()
    {
        await _page.GetByRole(AriaRole.Button, new() { Name = $"Account menu for {_user.Name}" }).PressAsync("Enter");
        await _page.GetByRole(AriaRole.Button, new() { Name = "Dark" }).PressAsync("Enter");
        await Expect(_page.Locator("body")).ToHaveCSSAsync("color-scheme", "dark");

        await _page.ReloadAsync();

        await Expect(_page.Locator("body")).ToHaveCSSAsync("color-scheme", "dark");
    }
}
