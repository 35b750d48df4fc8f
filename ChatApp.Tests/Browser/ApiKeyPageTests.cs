using ChatApp.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

/// <summary>API keys are created and revoked on a page, with and without scripts.</summary>
internal sealed class ApiKeyPageTests : BrowserFixture
{
    [TestCase(true)]
    [TestCase(false)]
    public async Task Create_ThenRevoke_ShowsTheSecretOnce(bool scripts)
    {
        var user = await App.RegisterAsync();
        var page = await NewPageAsync(user, scripts ? null : WithoutScripts);
        await page.GotoAsync("/account");
        await page.GetByRole(AriaRole.Link, new() { Name = "Manage API keys" }).ClickAsync();
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("My script");
        await page.GetByLabel("Read and search chats").CheckAsync();
        await page.GetByLabel("Send messages").CheckAsync();
        await page.GetByLabel("Expires").SelectOptionAsync("Never");

        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();

        var secret = await page.GetByLabel("API key", new() { Exact = true }).InputValueAsync();
        using var client = App.WithToken(secret);
        Assert.That((await client.SendJsonAsync(HttpMethod.Get, "/chat/sessions")).Number("count"), Is.Zero);
        await page.GotoAsync("/account/api-keys");
        await Expect(page.GetByText(secret)).ToHaveCountAsync(0);
        await Expect(page.Locator(".api-keys li")).ToContainTextAsync("read, chat");
        await Expect(page.Locator(".api-keys li")).ToContainTextAsync("never expires");
        await page.GetByRole(AriaRole.Button, new() { Name = "Revoke My script" }).ClickAsync();
        await Expect(page.GetByText("No API keys yet.")).ToBeVisibleAsync();
        await client.ProblemAsync(HttpMethod.Get, "/chat/sessions", null, System.Net.HttpStatusCode.Unauthorized);
    }
}
