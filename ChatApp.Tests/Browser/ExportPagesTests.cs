using ChatApp.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

internal sealed class ExportPagesTests : BrowserFixture
{
    private TestUser _user = null!;

    [SetUp]
    public async Task Register()
    {
        _user = await App.RegisterAsync();
        await App.StoreAsync(_user, "Voyage", "Hello", "Hi **there**");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Export_FromTheSessionMenu_DownloadsTheFile(bool scripts)
    {
        var page = await NewPageAsync(_user, new() { JavaScriptEnabled = scripts });
        await page.GotoAsync("/chat-ui");
        await (await page.OpenMenuAsync("Voyage")).GetByText("Export").ClickAsync();

        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Markdown" }).ClickAsync());

        Assert.That(download.SuggestedFilename, Is.EqualTo("Voyage.md"));
        Assert.That(await File.ReadAllTextAsync(await download.PathAsync()), Does.Contain("**Assistant**: Hi **there**"));
    }

    [Test]
    public async Task ExportAll_OnTheAccountPage_DownloadsTheArchive()
    {
        var page = await NewPageAsync(_user, WithoutScripts);
        await page.GotoAsync("/account");

        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Export all chats" }).ClickAsync());

        Assert.That(download.SuggestedFilename, Does.StartWith("ChatApp ").And.EndWith(".zip"));
    }

    [Test]
    public async Task PrintView_Clicked_Prints()
    {
        var page = await NewPageAsync(_user);
        await page.AddInitScriptAsync("window.print = () => document.body.dataset.printed = 'yes'");
        await page.GotoAsync("/chat-ui");
        await (await page.OpenMenuAsync("Voyage")).GetByText("Export").ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Print The whole chat" }).ClickAsync();
        await Expect(page.Locator("strong")).ToHaveTextAsync("there");
        await page.WaitForLoadStateAsync(); // the script has started then
        await page.GetByRole(AriaRole.Button, new() { Name = "Print" }).ClickAsync();

        await Expect(page.Locator("body")).ToHaveAttributeAsync("data-printed", "yes");
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Print" })).ToBeHiddenAsync();
    }

    [Test]
    public async Task Conversation_Printed_ContainsOnlyItsMessages()
    {
        var (session, _) = await App.StoreAsync(_user, "Long", Enumerable.Range(0, 40).Select(i => $"Message {i}."));
        var page = await NewPageAsync(_user);
        await page.GotoAsync($"/chat-ui/{session.Id}");
        await page.EmulateMediaAsync(new() { Media = Media.Print, ColorScheme = ColorScheme.Dark });

        await Expect(page.GetByText("Message 0.")).ToBeVisibleAsync();
        await Expect(page.Sidebar).ToBeHiddenAsync();
        await Expect(page.Composer).ToBeHiddenAsync();
        await Expect(page.Locator("body")).ToHaveCSSAsync("color-scheme", "light");
        Assert.That(await page.EvaluateAsync<bool>("document.documentElement.scrollHeight > innerHeight"), Is.True, "it is as long as its messages");
    }
}
