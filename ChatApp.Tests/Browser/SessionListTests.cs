using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

internal sealed class SessionListTests : BrowserFixture
{
    private TestUser _user = null!;
    private IPage _page = null!;

    [SetUp]
    public async Task Open()
    {
        _user = await App.RegisterAsync();
        await CreateSessionAsync(_user, "Apples", "Which apples keep?");
        await CreateSessionAsync(_user, "Bread", "Why does it not rise?");
        _page = await NewPageAsync(_user);
        await _page.GotoAsync("/chat-ui");
    }

    [Test]
    public async Task Rename_InTheSidebar_EnterSavesAndEscapeDoesNot()
    {
        await (await _page.OpenMenuAsync("Apples")).GetByText("Rename").ClickAsync();
        await _page.Keyboard.TypeAsync("Never stored");
        await _page.Keyboard.PressAsync("Escape");
        await Expect(_page.Sidebar.GetByRole(AriaRole.Link, new() { Name = "Apples" })).ToBeVisibleAsync();

        await (await _page.OpenMenuAsync("Apples")).GetByText("Rename").ClickAsync();
        await _page.Keyboard.TypeAsync("Pears");
        await _page.Keyboard.PressAsync("Enter");

        await Expect(_page.Sidebar.GetByRole(AriaRole.Link, new() { Name = "Pears" })).ToBeVisibleAsync();
        await Eventually.TrueAsync(async () => (await TitlesAsync()).SequenceEqual(["Bread", "Pears"]), "the new name is stored");
    }

    [Test]
    public async Task Pin_InTheSidebar_MovesItToTheTop()
    {
        await (await _page.OpenMenuAsync("Apples")).GetByText("Pin").ClickAsync();

        await Expect(_page.Sidebar.Locator(".session-group").First).ToContainTextAsync("Pinned");
        await Expect(_page.Sidebar.Locator(".session-group").First).ToContainTextAsync("Apples");
        await (await _page.OpenMenuAsync("Apples")).GetByText("Unpin").ClickAsync();
        await Expect(_page.Sidebar).Not.ToContainTextAsync("Pinned");
    }

    [Test]
    public async Task Delete_Confirmed_MovesToTheTrashAndUndoRestores()
    {
        await (await _page.OpenMenuAsync("Bread")).GetByText("Delete").ClickAsync();
        await _page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(_page.Sidebar).ToContainTextAsync("Bread");
        Assert.That(await TitlesAsync(), Is.EqualTo(new[] { "Apples", "Bread" }));

        await (await _page.OpenMenuAsync("Bread")).GetByText("Delete").ClickAsync();
        await _page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Expect(_page.Locator(".toast")).ToContainTextAsync("“Bread” moved to the trash.");
        Assert.That(await TitlesAsync(), Is.EqualTo(new[] { "Apples" }));

        await _page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(_page.Sidebar).ToContainTextAsync("Bread");
        Assert.That(await TitlesAsync(), Is.EqualTo(new[] { "Apples", "Bread" }));
    }

    [Test]
    public async Task Delete_OpenSession_LeavesItsPageAndOffersUndo()
    {
        await _page.Sidebar.GetByRole(AriaRole.Link, new() { Name = "Bread" }).ClickAsync();
        await Expect(_page.Title).ToHaveTextAsync("Bread");
        await (await _page.OpenMenuAsync("Bread")).GetByText("Delete").ClickAsync();
        await _page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();

        await Expect(_page.GetByRole(AriaRole.Heading, new() { Name = $"Hello, {_user.Name}" })).ToBeVisibleAsync();
        await _page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(_page.Title).ToHaveTextAsync("Bread");
    }

    [Test]
    public async Task Search_WhileTyping_ShowsTitlesThatContainIt()
    {
        await _page.Locator("#search").FocusAsync();
        await _page.Keyboard.TypeAsync("APP");

        await Expect(_page.Sidebar.Locator(".session")).ToHaveCountAsync(1);
        await Expect(_page.Sidebar).ToContainTextAsync("Apples");
        await _page.Locator("#search").FillAsync("nothing like it");
        await Expect(_page.Sidebar).ToContainTextAsync("No chats found.");
    }

    [Test]
    public async Task NewSession_InTheDialog_HasItsNameAndPersona()
    {
        await _page.GetByRole(AriaRole.Link, new() { Name = "New chat with options" }).ClickAsync();
        var dialog = _page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Name").FillAsync("My debugging day");
        await dialog.GetByRole(AriaRole.Radio, new() { Name = "Technical Support" }).CheckAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();

        await Expect(_page.Title).ToHaveTextAsync("My debugging day");
        await Expect(_page.Locator(".bar .chip")).ToHaveTextAsync("Technical Support");
        Assert.That(await App.WithDb(db => db.Sessions.Where(s => s.Title == "My debugging day").Select(s => s.Persona).SingleAsync()), Is.EqualTo("technical_support"));
    }

    [Test]
    public async Task Trash_DeletePermanently_RequiresConfirmation()
    {
        var session = await CreateSessionAsync(_user, "Old", "Anything");
        await _user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{session.Text("id")}");
        await _page.GotoAsync("/sessions/trash");
        await _page.GetByRole(AriaRole.Link, new() { Name = "Delete Old permanently" }).ClickAsync();
        await _page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete permanently" }).ClickAsync();

        await Expect(_page.GetByText("The trash is empty.")).ToBeVisibleAsync();
        Assert.That(await App.WithDb(db => db.Sessions.AnyAsync(s => s.Id == session.Id())), Is.False);
    }

    private Task<List<string>> TitlesAsync() => App.WithDb(
        db => db.Sessions.Where(s => s.UserId == _user.Id && s.DeletedAt == null).Select(s => s.Title).OrderBy(t => t).ToListAsync());
}
