using ChatApp.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

/// <summary>The title that a model generates for a new session appears without a reload.</summary>
internal sealed class ModelTitleTests : BrowserFixture
{
    protected override Dictionary<string, string> Settings => new() { ["Chat:TitleModel"] = "" };

    [Test]
    public async Task Title_GeneratedByTheModel_AppearsInListHeadingAndTab()
    {
        var call = Model.Hold(GatedModel.Conversation("name this"));
        var page = await NewPageAsync(await App.RegisterAsync());
        await page.GotoAsync("/chat-ui");
        await page.WriteAsync("name this");
        await Expect(page.Title).ToHaveTextAsync("name this");
        await call.Asked;

        call.Say("A Well-Chosen Name").End();

        await Expect(page.Sidebar.GetByRole(Microsoft.Playwright.AriaRole.Link, new() { Name = "A Well-Chosen Name" })).ToBeVisibleAsync();
        await Expect(page.Title).ToHaveTextAsync("A Well-Chosen Name");
        await Expect(page).ToHaveTitleAsync(new System.Text.RegularExpressions.Regex("^A Well-Chosen Name"));
    }
}
