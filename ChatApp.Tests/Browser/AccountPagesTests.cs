using System.Text.RegularExpressions;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

/// <summary>What a person can do with an account, with and without scripts.</summary>
internal sealed class AccountPagesTests : BrowserFixture
{
    [OneTimeSetUp]
    public Task RegisterAdministrator() => App.RegisterAsync("admin");

    [TestCase(true)]
    [TestCase(false)]
    public async Task TwoFactor_SetUp_SignsInWithACodeAndWithARecoveryCode(bool scripts)
    {
        var user = await App.RegisterAsync();
        var page = await NewPageAsync(options: scripts ? null : WithoutScripts);
        await page.GotoAsync("/account");
        await page.LogInAsync(user.Name, TestUser.Password);
        await page.GetByRole(AriaRole.Link, new() { Name = "Set up two-factor sign-in" }).ClickAsync();
        await PasswordAsync(page, "not the password", "Set up");
        await Expect(page.Locator("#password-error")).ToHaveTextAsync("Incorrect password.");
        await PasswordAsync(page, TestUser.Password, "Set up");
        await Expect(page.GetByRole(AriaRole.Img, new() { Name = "QR code for your authenticator app" })).ToBeVisibleAsync();
        var phone = new Authenticator(await page.Locator(".setup-key").InnerTextAsync(), TimeProvider.System);

        await CodeAsync(page, phone.WrongCode(), "Turn on");
        await Expect(page.Locator("#code-error")).ToContainTextAsync("Incorrect code.");
        await CodeAsync(page, phone.Code(), "Turn on");
        await Expect(page.GetByText("10 recovery codes are left.")).ToBeVisibleAsync();
        var recovery = await page.Locator(".recovery-codes code").AllInnerTextsAsync();
        await page.Context.ClearCookiesAsync();

        await LogInAsync(page, user);
        await CodeAsync(page, phone.WrongCode(), "Sign in");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Incorrect code.");
        await CodeAsync(page, phone.Code(1), "Sign in"); // the next one, which is valid already and still will be if this takes long
        await Expect(page).ToHaveURLAsync(new Regex("/account$"));

        await page.Context.ClearCookiesAsync();
        await LogInAsync(page, user);
        await CodeAsync(page, recovery[3], "Sign in");
        await page.GotoAsync("/account/two-factor");
        await Expect(page.GetByText("9 recovery codes are left.")).ToBeVisibleAsync();
        await PasswordAsync(page, TestUser.Password, "Turn off");
        await Expect(page.GetByText("Two-factor sign-in is off").First).ToBeVisibleAsync();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task SignIns_OneOfAnotherBrowser_IsRevokedAtOnce(bool scripts)
    {
        var user = await App.RegisterAsync();
        var options = scripts ? new BrowserNewContextOptions() : new BrowserNewContextOptions(WithoutScripts);
        var (here, lost) = (await NewPageAsync(options: options), await NewPageAsync(options: new(options) { UserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" }));
        foreach (var page in new[] { lost, here })
        {
            await page.GotoAsync("/account");
            await page.LogInAsync(user.Name, TestUser.Password);
        }
        await here.GetByRole(AriaRole.Link, new() { Name = "Show sign-ins" }).ClickAsync();
        await Expect(here.Locator(".sign-ins li").Filter(new() { HasText = "This browser" })).ToHaveCountAsync(1);

        await here.GetByRole(AriaRole.Button, new() { Name = "Sign out Firefox on Linux" }).ClickAsync();

        await Expect(here.GetByText("The sign-in was ended.")).ToBeVisibleAsync();
        await Expect(here.Locator(".sign-ins li").Filter(new() { HasText = "Firefox" })).ToHaveCountAsync(0);
        await lost.ReloadAsync();
        await Expect(lost.Title).ToHaveTextAsync("Welcome back");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Delete_Account_AsksForThePasswordAndSaysGoodbye(bool scripts)
    {
        var user = await App.RegisterAsync();
        await CreateSessionAsync(user, "Mine", "hello");
        var page = await NewPageAsync(user, scripts ? null : WithoutScripts);
        await page.GotoAsync("/account");
        await page.GetByRole(AriaRole.Link, new() { Name = "Delete account" }).ClickAsync();
        await PasswordAsync(page, "not the password", "Delete my account");
        await Expect(page.Locator("#password-error")).ToHaveTextAsync("Incorrect password.");

        await PasswordAsync(page, TestUser.Password, "Delete my account");

        await Expect(page.Title).ToHaveTextAsync("Your account was deleted");
        await page.GotoAsync("/account");
        await Expect(page.Title).ToHaveTextAsync("Welcome back");
        await Eventually.TrueAsync(() => App.WithDb(async db => !await db.Users.AnyAsync(u => u.Id == user.Id)), "the account's rows are removed");
    }

    private static async Task LogInAsync(IPage page, TestUser user)
    {
        await page.GotoAsync("/account");
        await page.LogInAsync(user.Name, TestUser.Password);
        await Expect(page.Title).ToHaveTextAsync("Enter your code");
    }

    private static async Task PasswordAsync(IPage page, string password, string button)
    {
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(password);
        await page.GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync();
    }

    private static async Task CodeAsync(IPage page, string code, string button)
    {
        await page.GetByRole(AriaRole.Textbox, new() { NameRegex = new("^Code") }).FillAsync(code);
        await page.GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync();
    }
}
