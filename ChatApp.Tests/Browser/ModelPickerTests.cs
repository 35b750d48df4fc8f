using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

/// <summary>The model and the persona are chosen below the message.</summary>
internal sealed class ModelPickerTests : BrowserFixture
{
    private TestUser _user = null!;

    [SetUp]
    public async Task Open()
    {
        (Model.Others, Model.ContextWindow) = (["other"], 100_000);
        _user = await App.RegisterAsync();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Model_ChosenForANewChat_RepliesThereAndIsRemembered(bool scripts)
    {
        var page = await OpenAsync("/chat-ui", scripts);
        await Expect(Picker(page)).ToHaveValueAsync("default");
        await Picker(page).SelectOptionAsync("Model other");

        await AskAsync(page, "Hello");

        Assert.That(await ModelsAsync(), Is.EqualTo(new[] { "other" }));
        await page.ReloadAsync();
        await Expect(Picker(page)).ToHaveValueAsync("other");
        await AskAsync(page, "And again");
        Assert.That(await ModelsAsync(), Is.EqualTo(new[] { "other", "other" }));
    }

    [Test]
    public async Task Model_Gone_IsReportedAndAnotherRepliesAfterRetry()
    {
        var page = await OpenWithGoneModelAsync(scripts: true);

        await page.WriteAsync("Still there?");
        await Expect(page.Locator(".state.failed")).ToHaveTextAsync("The model “other” is no longer available. Choose another one.");
        await Picker(page).SelectOptionAsync("Gated model (default)");
        await page.GetByRole(AriaRole.Button, new() { Name = "Retry" }).ClickAsync();

        await Expect(page.LastReply).ToHaveTextAsync(GatedModel.Reply);
        await Expect(page.Locator(".state.failed")).ToHaveCountAsync(0);
        await Expect(page.Locator("#model")).ToHaveCountAsync(0); // with one model there is nothing to choose
    }

    [Test]
    public async Task Model_GoneWithoutScripts_IsReportedBeforeAnythingIsStored()
    {
        var page = await OpenWithGoneModelAsync(scripts: false);

        await page.Composer.FillAsync("Still there?");
        await page.Send.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("There is no such model.");
        await Picker(page).SelectOptionAsync("Gated model (default)");
        await page.Send.ClickAsync();

        await Expect(page.Replies).ToHaveCountAsync(2);
        Assert.That(await ModelsAsync(), Is.EqualTo(new[] { "other", "gated" }));
    }

    [Test]
    public async Task CtrlShiftM_InTheComposer_FocusesTheModels()
    {
        var page = await OpenAsync("/chat-ui", scripts: true);

        await page.Composer.PressAsync("Control+Shift+M");

        await Expect(Picker(page)).ToBeFocusedAsync();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Persona_ChangedInAConversation_RepliesFromThenOn(bool scripts)
    {
        var session = await CreateSessionAsync(_user, "Something", "Hello");
        var page = await OpenAsync($"/chat-ui/{session.Text("id")}", scripts);
        await Personas(page).SelectOptionAsync("Creative Writer");

        await AskAsync(page, "A poem");

        await Expect(page.Locator(".bar .chip")).ToHaveTextAsync("Creative Writer");
        await Expect(page.Locator(".speaker")).ToHaveTextAsync(["Assistant", "Creative Writer"]);
        Assert.That((await StoredSessionAsync(session)).Persona, Is.EqualTo("creative_writer"));
    }

    [Test]
    public async Task Persona_AfterTheWelcome_CanBeChangedWithoutAReload()
    {
        var page = await OpenAsync("/chat-ui", scripts: true);
        await page.GetByRole(AriaRole.Radio, new() { Name = "Technical Support" }).CheckAsync();
        await Expect(Personas(page)).ToBeHiddenAsync();
        await page.AskAsync("It is broken");
        await Expect(Personas(page)).ToHaveValueAsync("technical_support");

        await Personas(page).SelectOptionAsync("Creative Writer");
        await page.AskAsync("Make a story of it");

        await Expect(page.Locator(".speaker")).ToHaveTextAsync(["Technical Support", "Creative Writer"]);
    }

    [Test]
    public async Task Choice_InAnotherTab_IsAdopted()
    {
        var session = await CreateSessionAsync(_user, "Something", "Hello");
        var page = await OpenAsync($"/chat-ui/{session.Text("id")}", scripts: true);
        await page.WaitForLoadStateAsync();

        await _user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "From elsewhere", thread_id = session.Text("id"), model = "other", persona = "creative_writer" });

        await Expect(Picker(page)).ToHaveValueAsync("other");
        await Expect(Personas(page)).ToHaveValueAsync("creative_writer");
    }

    [Test]
    public async Task Reply_HistoryLongerThanTheContextWindow_ShowsHowMuchWasOmitted()
    {
        var session = await CreateSessionAsync(_user, "Something", "oldest " + new string('o', 30_000));
        Model.ContextWindow = 6000; // the tools take a part of it
        var page = await OpenAsync($"/chat-ui/{session.Text("id")}", scripts: true);

        await page.AskAsync("newer");

        await Expect(page.Locator(".omitted")).ToHaveTextAsync("1 older message not included");
    }

    private async Task<IPage> OpenWithGoneModelAsync(bool scripts)
    {
        var session = await CreateSessionAsync(_user, "Something");
        await _user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "Hello", thread_id = session.Text("id"), model = "other" });
        Model.Others = [];
        var page = await OpenAsync($"/chat-ui/{session.Text("id")}", scripts);
        await Expect(Picker(page).Locator(":checked")).ToHaveTextAsync("other (not available)");
        return page;
    }

    private async Task<IPage> OpenAsync(string path, bool scripts)
    {
        var page = await NewPageAsync(_user, scripts ? null : WithoutScripts);
        await page.GotoAsync(path);
        return page;
    }

    private static async Task AskAsync(IPage page, string text)
    {
        var before = await page.Replies.CountAsync();
        await page.Composer.FillAsync(text);
        await page.Send.ClickAsync();
        await Expect(page.Locator(".message.assistant[data-status=complete]")).ToHaveCountAsync(before + 1);
    }

    private static ILocator Personas(IPage page) => page.GetByLabel("Persona", new() { Exact = true });

    private static ILocator Picker(IPage page) => page.GetByLabel("Model", new() { Exact = true });

    private Task<List<string?>> ModelsAsync() => App.WithDb(db => db.Messages
        .Where(m => m.UserId == _user.Id && m.Role == Domain.Chat.MessageRole.Assistant).OrderBy(m => m.Seq).Select(m => m.Model).ToListAsync());
}
