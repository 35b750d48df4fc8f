using ChatApp.Domain.Chat;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

/// <summary>Everything essential works in a browser without scripts.</summary>
internal sealed class WithoutScriptsTests : BrowserFixture
{
    private TestUser _user = null!;
    private IPage _page = null!;

    [SetUp]
    public async Task Open()
    {
        _user = await App.RegisterAsync();
        _page = await NewPageAsync(_user, WithoutScripts);
        await _page.GotoAsync("/chat-ui");
    }

    [Test]
    public async Task Send_New_ShowsTheReplyWhenItIsComplete()
    {
        var call = Model.Hold("Line one\nline two");
        await _page.GetByRole(AriaRole.Radio, new() { Name = "Creative Writer" }).CheckAsync();
        await _page.Composer.FillAsync("Line one\nline two");
        await _page.Send.ClickAsync();

        await Expect(_page.Locator("article.assistant")).ToHaveAttributeAsync("data-status", "generating");
        await Expect(_page.Locator(".bar .chip")).ToHaveTextAsync("Creative Writer");
        call.Say("**Well** done.").End();
        await Expect(_page.Locator("article.assistant")).ToHaveAttributeAsync("data-status", "complete"); // the page reloads itself

        await Expect(_page.LastReply.Locator("strong")).ToHaveTextAsync("Well");
        var stored = await App.WithDb(db => db.Messages.SingleAsync(m => m.UserId == _user.Id && m.Role == MessageRole.User));
        Assert.That(stored.Content, Is.EqualTo("Line one\nline two"));
    }

    [Test]
    public async Task Starter_Clicked_IsSent()
    {
        await _page.GetByRole(AriaRole.Button, new() { Name = "Plan" }).ClickAsync();

        await Expect(_page.Questions).ToContainTextAsync(["Lisbon"]);
    }

    [TestCase("/chat-ui")]
    [TestCase("session")]
    public async Task Send_TooLong_KeepsTheText(string path)
    {
        var session = await CreateSessionAsync(_user, "Something");
        await _page.GotoAsync(path == "session" ? $"/chat-ui/{session.Text("id")}" : path);
        var text = new string('x', 32_001);
        await _page.Composer.FillAsync(text);
        var response = await _page.RunAndWaitForResponseAsync(() => _page.Send.ClickAsync(), r => r.Request.Method == "POST");

        Assert.That(response.Status, Is.EqualTo(400));
        await Expect(_page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("The message has 32,001 characters; at most 32,000 are allowed.");
        await Expect(_page.Composer).ToHaveValueAsync(text);
        Assert.That(await App.WithDb(db => db.Sessions.CountAsync(s => s.UserId == _user.Id)), Is.EqualTo(1));
    }

    [Test]
    public async Task Send_FormTokenMissing_ShowsTheInput()
    {
        await _page.Context.ClearCookiesAsync(new() { Name = "chatapp-csrf" });
        await _page.Composer.FillAsync("Precious <b>words</b>");
        await _page.Send.ClickAsync();

        await Expect(_page.Locator(".error-status")).ToHaveTextAsync("400");
        await Expect(_page.GetByLabel("Your message")).ToHaveValueAsync("Precious <b>words</b>");
        await _page.GetByRole(AriaRole.Link, new() { Name = "Back" }).ClickAsync();
        await Expect(_page).ToHaveURLAsync($"{App.Address}chat-ui");
        Assert.That(await App.WithDb(db => db.Messages.AnyAsync(m => m.UserId == _user.Id)), Is.False);
    }

    [Test]
    public async Task Send_SignedOutMeanwhile_ShowsTheInputAndLinksBack()
    {
        var session = await CreateSessionAsync(_user, "Something");
        await _page.GotoAsync($"/chat-ui/{session.Text("id")}");
        await _page.Context.ClearCookiesAsync(new() { Name = "chatapp" });
        await _page.Composer.FillAsync("Precious words");
        await _page.Send.ClickAsync();

        await Expect(_page.Locator(".error-status")).ToHaveTextAsync("401");
        await Expect(_page.GetByLabel("Your message")).ToHaveValueAsync("Precious words");
        await _page.GetByRole(AriaRole.Link, new() { Name = "Sign in" }).ClickAsync();
        await _page.LogInAsync(_user.Name, TestUser.Password);
        await Expect(_page.Title).ToHaveTextAsync("Something");
    }

    [Test]
    public async Task Send_FormPostedTwice_StoresOneMessage()
    {
        var session = await CreateSessionAsync(_user, "Something");
        var path = $"/chat-ui/{session.Text("id")}";
        await _page.GotoAsync(path);
        var form = _page.Context.APIRequest.CreateFormData();
        foreach (var field in await _page.Locator("#composer input[type=hidden]").AllAsync())
        {
            form.Set((await field.GetAttributeAsync("name"))!, await field.InputValueAsync());
        }
        form.Set("content", "Once");
        var first = await _page.Context.APIRequest.PostAsync($"{path}/messages", new() { Form = form, MaxRedirects = 0 });
        var second = await _page.Context.APIRequest.PostAsync($"{path}/messages", new() { Form = form, MaxRedirects = 0 });

        Assert.That((first.Status, second.Status), Is.EqualTo((302, 302)));
        Assert.That(await App.WithDb(db => db.Messages.CountAsync(m => m.UserId == _user.Id && m.Content == "Once")), Is.EqualTo(1));
    }

    [Test]
    public async Task Session_RenamedPinnedDeletedRestored_HasTheExpectedState()
    {
        var session = await CreateSessionAsync(_user, "First name", "Hello");
        await _page.ReloadAsync();
        await (await _page.OpenMenuAsync("First name")).GetByText("Rename").ClickAsync();
        await _page.GetByRole(AriaRole.Textbox, new() { Name = "Name" }).FillAsync("Second <i>name</i>");
        await _page.GetByRole(AriaRole.Button, new() { Name = "Rename" }).ClickAsync();
        await Expect(_page.Title).ToHaveTextAsync("Second <i>name</i>");

        await (await _page.OpenMenuAsync("Second <i>name</i>")).GetByText("Pin").ClickAsync();
        await Expect(_page.Sidebar.Locator("h2").First).ToHaveTextAsync("Pinned");
        await Expect(_page.Title).ToHaveTextAsync("Second <i>name</i>");

        await (await _page.OpenMenuAsync("Second <i>name</i>")).GetByText("Delete").ClickAsync();
        await Expect(_page.GetByText("Chat moved to the trash.")).ToBeVisibleAsync();
        Assert.That((await StoredSessionAsync(session)).DeletedAt, Is.Not.Null);

        await _page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(_page.Title).ToHaveTextAsync("Second <i>name</i>");
        var stored = await StoredSessionAsync(session);
        Assert.That((stored.Title, stored.Pinned, stored.DeletedAt), Is.EqualTo(("Second <i>name</i>", true, (DateTimeOffset?)null)));
    }

    [Test]
    public async Task Session_ArchivedUndoneAndUnarchived_IsWhatItShouldBe()
    {
        var session = await CreateSessionAsync(_user, "Old news", "Hello");
        await _page.GotoAsync($"/chat-ui/{session.Text("id")}");
        await (await _page.OpenMenuAsync("Old news")).GetByText("Archive", new() { Exact = true }).ClickAsync();
        await Expect(_page.GetByText("Chat archived.")).ToBeVisibleAsync();
        await Expect(_page.Title).ToHaveTextAsync("Old news");
        await _page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(_page.Sidebar).ToContainTextAsync("Old news");
        await Expect(_page.GetByText("This chat is archived.")).ToBeHiddenAsync();
        Assert.That((await StoredSessionAsync(session)).Archived, Is.False);

        await _page.GotoAsync("/sessions");
        await _page.GetByRole(AriaRole.Button, new() { Name = "Archive Old news" }).ClickAsync();
        await Expect(_page.GetByText("No chats.")).ToBeVisibleAsync();
        await _page.Locator("main").GetByRole(AriaRole.Link, new() { Name = "Archive", Exact = true }).ClickAsync();
        await _page.GetByRole(AriaRole.Link, new() { Name = "Old news" }).ClickAsync();
        await _page.GetByRole(AriaRole.Button, new() { Name = "Unarchive" }).ClickAsync();

        await Expect(_page.GetByText("Chat unarchived.")).ToBeVisibleAsync();
        await Expect(_page.Sidebar).ToContainTextAsync("Old news");
        Assert.That((await StoredSessionAsync(session)).Archived, Is.False);
    }

    [Test]
    public async Task Trash_RestoreAndRemove_WorkWithForms()
    {
        var kept = await CreateSessionAsync(_user, "Kept", "Hello");
        var gone = await CreateSessionAsync(_user, "Gone", "Hello");
        await _page.GotoAsync("/sessions");
        foreach (var button in new[] { "Delete Kept", "Delete Gone" })
        {
            await _page.GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync();
            await Expect(_page.GetByRole(AriaRole.Button, new() { Name = button })).ToBeHiddenAsync();
        }
        await _page.GotoAsync("/sessions/trash");
        await _page.GetByRole(AriaRole.Link, new() { Name = "Delete Gone permanently" }).ClickAsync();
        await _page.GetByRole(AriaRole.Button, new() { Name = "Delete permanently" }).ClickAsync();
        await Expect(_page.GetByText("Chat deleted permanently.")).ToBeVisibleAsync();
        await _page.GetByRole(AriaRole.Button, new() { Name = "Restore Kept" }).ClickAsync();

        await Expect(_page.Title).ToHaveTextAsync("Kept");
        Assert.That((await StoredSessionAsync(kept)).DeletedAt, Is.Null);
        Assert.That(await App.WithDb(db => db.Sessions.AnyAsync(s => s.Id == gone.Id())), Is.False);
    }

    [Test]
    public async Task History_LongerThanAPage_StartsAtItsEndAndLinksToOlderMessages()
    {
        var session = await CreateSessionAsync(_user, "Long", [.. Enumerable.Range(1, 30).Select(i => $"Question {i}.")]);
        await _page.GotoAsync($"/chat-ui/{session.Text("id")}");
        await Expect(_page.Questions.Last).ToBeInViewportAsync();
        await _page.GetByRole(AriaRole.Link, new() { Name = "Load older messages" }).ClickAsync();

        await Expect(_page.Questions.First).ToHaveTextAsync("Question 1.");
        await _page.GetByRole(AriaRole.Link, new() { Name = "Back to the latest messages" }).ClickAsync();
        await Expect(_page.Questions.Last).ToHaveTextAsync("Question 30.");
    }

    [Test]
    public async Task Search_WithTheForm_ShowsTitlesThatContainIt()
    {
        await CreateSessionAsync(_user, "Apples");
        await CreateSessionAsync(_user, "Bread");
        await _page.ReloadAsync();
        await _page.GetByRole(AriaRole.Searchbox, new() { Name = "Search titles" }).FillAsync("bre");
        await _page.Keyboard.PressAsync("Enter");

        await Expect(_page.Sidebar.Locator(".session-link")).ToHaveTextAsync(["Bread"]);
    }

    [Test]
    public async Task Sidebar_OnAPhone_OpensAndCloses()
    {
        var phone = await NewPageAsync(_user, new() { JavaScriptEnabled = false, ViewportSize = new() { Width = 390, Height = 844 } });
        await phone.GotoAsync("/chat-ui");
        await Expect(phone.Sidebar).ToBeHiddenAsync();
        await phone.GetByRole(AriaRole.Button, new() { Name = "Open sidebar" }).ClickAsync();
        await Expect(phone.Sidebar).ToBeVisibleAsync();
        await phone.GetByRole(AriaRole.Button, new() { Name = "Close sidebar" }).ClickAsync();
        await Expect(phone.Sidebar).ToBeHiddenAsync();
    }
}
