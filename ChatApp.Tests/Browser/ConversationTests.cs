using System.Text.RegularExpressions;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Models;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

internal sealed partial class ConversationTests : BrowserFixture
{
    private TestUser _user = null!;

    [OneTimeSetUp]
    public async Task Register() => _user = await App.RegisterAsync();

    [Test]
    public async Task Chat_InTwoSessions_IsCompleteAfterTheNextSignIn()
    {
        var page = await NewPageAsync();
        await page.GotoAsync("/");
        await page.GetByRole(AriaRole.Link, new() { Name = "Create an account" }).ClickAsync();
        await page.GetByLabel("User name").FillAsync("grace");
        await page.GetByLabel("E-mail").FillAsync("grace@example.com");
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(TestUser.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create account" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Hello, grace" })).ToBeVisibleAsync();
        await page.AskAsync("What is a compiler?");
        await page.AskAsync("And a linker?");
        await page.GetByRole(AriaRole.Link, new() { Name = "New chat", Exact = true }).ClickAsync();
        await page.AskAsync("How do moths fly?");
        await page.GetByRole(AriaRole.Button, new() { Name = "Account menu for grace" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.LogInAsync("grace@example.com", TestUser.Password);

        await page.Sidebar.GetByRole(AriaRole.Link, new() { Name = "What is a compiler?" }).ClickAsync();
        await Expect(page.Title).ToHaveTextAsync("What is a compiler?");
        await Expect(page.Questions).ToHaveTextAsync(["What is a compiler?", "And a linker?"]);
        await Expect(page.Replies).ToHaveCountAsync(2);
        await page.Sidebar.GetByRole(AriaRole.Link, new() { Name = "How do moths fly?" }).ClickAsync();
        await Expect(page.Questions).ToHaveTextAsync(["How do moths fly?"]);
        await Expect(page.LastReply).ToHaveTextAsync(GatedModel.Reply);
    }

    [Test]
    public async Task Send_WhileTheModelWrites_ShowsThePartialReply()
    {
        var call = Model.Hold("Count.");
        var page = await NewPageAsync(_user);
        await page.GotoAsync("/chat-ui");
        await page.WriteAsync("Count.");

        call.Say("One, ");
        await Expect(page.LastReply).ToContainTextAsync("One,");
        await Expect(page.Replies).ToHaveAttributeAsync("data-status", "generating");
        await Expect(page.Send).ToBeHiddenAsync();
        await Expect(page).ToHaveURLAsync(SessionUrl());
        call.Say("**two**").End();

        await Expect(page.Replies).ToHaveAttributeAsync("data-status", "complete");
        await Expect(page.LastReply.Locator("strong")).ToHaveTextAsync("two");
        await Expect(page.Send).ToBeEnabledAsync();
        var id = Guid.Parse(page.Url.Split('/')[^1]);
        Assert.That((await StoredMessagesAsync(id)).Select(m => m.Content), Is.EqualTo(new[] { "Count.", "One, **two**" }));
    }

    [Test]
    public async Task Reply_ConnectionBreaks_ResumesAtItsPosition()
    {
        using var proxy = new CuttingProxy(App.Address);
        var call = Model.Hold("Break.");
        var page = await NewPageAsync(_user, address: proxy.Address);
        await page.GotoAsync("/chat-ui");
        await page.WriteAsync("Break.");
        call.Say("before ");
        await Expect(page.LastReply).ToHaveTextAsync("before");

        proxy.CutAll();
        call.Say("after").End();

        await Expect(page.Replies).ToHaveAttributeAsync("data-status", "complete");
        await Expect(page.LastReply).ToHaveTextAsync("before after");
        Assert.That(proxy.Cut, Is.GreaterThan(0));
    }

    [Test]
    public async Task Reload_WhileTheModelWrites_FollowsTheReply()
    {
        var call = Model.Hold("Wait for me.");
        var page = await NewPageAsync(_user);
        await page.GotoAsync("/chat-ui");
        await page.WriteAsync("Wait for me.");
        call.Say("I ");
        await Expect(page.LastReply).ToHaveTextAsync("I");

        await page.ReloadAsync();
        call.Say("waited.").End();

        await Expect(page.LastReply).ToHaveTextAsync("I waited.");
        await Expect(page.Replies).ToHaveAttributeAsync("data-status", "complete");
    }

    [Test]
    public async Task Send_ModelFails_ShowsTheReasonAndKeepsThePartialReply()
    {
        var call = Model.Hold("Fail.");
        var page = await NewPageAsync(_user);
        await page.GotoAsync("/chat-ui");
        await page.WriteAsync("Fail.");
        call.Say("Half an ans").Fail(new ModelException(ReplyErrorCode.ProviderUnavailable, "The model went away."));

        await Expect(page.GetByText("The model went away.")).ToBeVisibleAsync();
        await Expect(page.LastReply).ToHaveTextAsync("Half an ans");
        await page.ReloadAsync();
        await Expect(page.GetByText("The model went away.")).ToBeVisibleAsync();
    }

    [Test]
    public async Task OtherTab_WhileAReplyIsGenerated_ShowsItAndKeepsTheDraft()
    {
        var session = await CreateSessionAsync(_user, "Two tabs");
        var call = Model.Hold("From the first tab");
        var first = await NewPageAsync(_user);
        await first.GotoAsync($"/chat-ui/{session.Text("id")}");
        var second = await first.Context.NewPageAsync();
        await second.GotoAsync($"/chat-ui/{session.Text("id")}");
        await first.WriteAsync("From the first tab");
        call.Say("Seen ");
        await Expect(second.Questions).ToHaveTextAsync(["From the first tab"]);
        await Expect(second.LastReply).ToHaveTextAsync("Seen");

        await second.WriteAsync("From the second tab");
        await Expect(second.Composer).ToHaveValueAsync("From the second tab");
        call.Say("in both.").End();

        await Expect(second.LastReply).ToHaveTextAsync("Seen in both.");
        await Expect(second.Composer).ToHaveValueAsync("From the second tab");
        Assert.That(await App.WithDb(db => db.Messages.AnyAsync(m => m.Content == "From the second tab")), Is.False);
    }

    [Test]
    public async Task Send_SessionDeleted_SaysSoAndKeepsTheText()
    {
        var session = await CreateSessionAsync(_user, "Deleted elsewhere");
        var page = await NewPageAsync(_user);
        await page.GotoAsync($"/chat-ui/{session.Text("id")}");
        await _user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{session.Text("id")}");

        await page.WriteAsync("Into the void");

        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("This chat no longer exists.");
        await Expect(page.Composer).ToHaveValueAsync("Into the void");
        await Expect(page.Questions).ToHaveCountAsync(0);
    }

    [Test]
    public async Task Send_SignedOutMeanwhile_SignsInAgainInPlaceAndSends()
    {
        var user = await App.RegisterAsync("forgetful");
        var page = await NewPageAsync(user);
        await page.GotoAsync("/chat-ui");
        await page.Context.ClearCookiesAsync(new() { Name = "chatapp" });

        await page.WriteAsync("Do not lose me");
        await Expect(page.Composer).ToHaveValueAsync("Do not lose me");
        await page.LogInAsync("forgetful", "wrong password");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Incorrect user name or password");
        await page.LogInAsync("forgetful", TestUser.Password);

        await Expect(page.LastReply).ToHaveTextAsync(GatedModel.Reply);
        await Expect(page.Questions).ToHaveTextAsync(["Do not lose me"]);
        await Expect(page.Composer).ToHaveValueAsync("");
    }

    [Test]
    public async Task Draft_AfterReload_IsStillThere()
    {
        var session = await CreateSessionAsync(_user, "With a draft");
        var page = await NewPageAsync(_user);
        await page.GotoAsync($"/chat-ui/{session.Text("id")}");
        await page.Composer.FillAsync("Half a thought");

        await page.ReloadAsync();
        await Expect(page.Composer).ToHaveValueAsync("Half a thought");

        await page.AskAsync("A whole thought");
        await page.ReloadAsync();
        await Expect(page.Composer).ToHaveValueAsync("");
    }

    [Test]
    public async Task Enter_WhileAnInputMethodComposes_SendsNothing()
    {
        var page = await NewPageAsync(_user);
        await page.GotoAsync("/chat-ui");
        await page.Composer.FillAsync("にほん");
        await page.Composer.DispatchEventAsync("keydown", new { key = "Enter", isComposing = true });
        await Expect(page.Composer).ToHaveValueAsync("にほん");

        await page.Composer.PressAsync("Shift+Enter");
        await page.Composer.PressSequentiallyAsync("ご");
        await Expect(page.Composer).ToHaveValueAsync("にほん\nご");
        await page.Composer.PressAsync("Enter");

        await Expect(page.Questions).ToHaveTextAsync(["にほん\nご"]);
    }

    [Test]
    public async Task History_LongerThanAPage_LoadsOlderMessagesAndFindsLinkedOnes()
    {
        var session = await CreateSessionAsync(_user, "Long", [.. Enumerable.Range(1, 60).Select(i => $"Question {i}")]);
        var first = (await StoredMessagesAsync(session.Id()))[0];
        var page = await NewPageAsync(_user);
        await page.GotoAsync($"/chat-ui/{session.Text("id")}");
        await Expect(page.Questions.Last).ToBeInViewportAsync();
        await Expect(page.Locator(".message")).ToHaveCountAsync(50);

        await page.GetByRole(AriaRole.Link, new() { Name = "Load older messages" }).ClickAsync();
        await Expect(page.Locator(".message")).ToHaveCountAsync(100);

        await page.GotoAsync($"/chat-ui/{session.Text("id")}?#m-{first.Id}");
        await Expect(page.Locator($"#m-{first.Id}")).ToBeInViewportAsync();
        await Expect(page.Locator(".message")).ToHaveCountAsync(120);
    }

    [GeneratedRegex("/chat-ui/[0-9a-f-]{36}$")]
    private static partial Regex SessionUrl();
}
