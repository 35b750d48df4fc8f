using System.Text.RegularExpressions;
using ChatApp.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

internal sealed class AnalyticsPagesTests : BrowserFixture
{
    private TestUser _user = null!;

    [SetUp]
    public async Task Register()
    {
        _user = await App.RegisterAsync();
        Model.Hold("Hello").Say("Hi there").Report(1200, 34).End();
        await CreateSessionAsync(_user, "Greetings", "Hello");
    }

    [Test]
    public async Task Usage_FromTheMenu_ShowsTotalsModelsAndDays()
    {
        var page = await NewPageAsync(_user, WithoutScripts);
        await page.GotoAsync("/chat-ui");
        await page.GetByRole(AriaRole.Button, new() { Name = $"Account menu for {_user.Name}" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Usage", Exact = true }).ClickAsync();

        await Expect(page.Locator(".totals")).ToHaveTextAsync(new Regex(@"Total tokens\s*1,234\s*Input tokens\s*1,200\s*Output tokens\s*34\s*Requests\s*1"));
        await Expect(page.GetByRole(AriaRole.Table, new() { Name = "By model" }).Locator("tbody tr")).ToContainTextAsync(GatedModel.Name);
        await Expect(page.GetByRole(AriaRole.Table, new() { Name = "By day (UTC)" }).Locator("tbody td[data-label=Tokens]")).ToHaveTextAsync("1,234");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Details_FromTheSessionMenu_ShowItsFigures(bool scripts)
    {
        var page = await NewPageAsync(_user, new() { JavaScriptEnabled = scripts });
        await page.GotoAsync("/chat-ui");
        await (await page.OpenMenuAsync("Greetings")).GetByText("Details").ClickAsync();

        var details = scripts ? page.GetByRole(AriaRole.Dialog, new() { Name = "Details" }) : page.GetByRole(AriaRole.Main);
        await Expect(details).ToContainTextAsync("2 (1 from you, 1 from the assistant)");
        await Expect(details).ToContainTextAsync("1,234 (1,200 input, 34 output)");
    }
}
