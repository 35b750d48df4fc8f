using System.Text.RegularExpressions;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

internal sealed class SignInTests : BrowserFixture
{
    private TestUser _user = null!;

    [OneTimeSetUp]
    public async Task Register() => _user = await App.RegisterAsync();

    [TestCase("https://evil.example/")]
    [TestCase("//evil.example/")]
    [TestCase("/\\evil.example/")]
    [TestCase("/\t/evil.example/")]
    [TestCase("\\\\evil.example/")]
    [TestCase("javascript:alert(1)")]
    [TestCase("~//evil.example/")]
    public async Task ReturnUrl_ToAnotherSite_IsIgnored(string returnUrl)
    {
        var page = await NewPageAsync();
        await page.GotoAsync($"/login?returnUrl={Uri.EscapeDataString(returnUrl)}");
        await page.LogInAsync(_user.Name, TestUser.Password);

        await Expect(page).ToHaveURLAsync($"{App.Address}chat-ui");
    }

    [Test]
    public async Task Page_Anonymous_IsShownAfterSignIn()
    {
        var page = await NewPageAsync();
        await page.GotoAsync("/sessions?q=a%20%26%20b");
        await page.LogInAsync($"{_user.Name}@example.com", TestUser.Password);

        await Expect(page).ToHaveURLAsync(new Regex("/sessions\\?q=a%20%26%20b$"));
    }

    [Test]
    public async Task LogIn_WrongPassword_Is401AndKeepsTheNameOnly()
    {
        var page = await NewPageAsync();
        await page.GotoAsync("/login");
        var response = await page.RunAndWaitForResponseAsync(() => page.LogInAsync(_user.Name, "not the password"), r => r.Request.Method == "POST");

        Assert.That(response.Status, Is.EqualTo(401));
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Incorrect user name or password");
        await Expect(page.GetByLabel("User name or e-mail")).ToHaveValueAsync(_user.Name);
        await Expect(page.GetByLabel("Password", new() { Exact = true })).ToHaveValueAsync("");
    }

    [Test]
    public async Task LogIn_SignedInAlready_RedirectsToTheChats()
    {
        var page = await NewPageAsync(_user);
        await page.GotoAsync("/login");

        await Expect(page).ToHaveURLAsync($"{App.Address}chat-ui");
    }

    [Test]
    public async Task LogIn_WithACookieThatSomebodyElseSet_GetsANewSecret()
    {
        const string Planted = "a secret that an attacker knows";
        var page = await NewPageAsync();
        await page.Context.AddCookiesAsync([new() { Name = "chatapp", Value = Uri.EscapeDataString(Planted), Url = App.Address.ToString() }]);
        await page.GotoAsync("/login");
        await page.LogInAsync(_user.Name, TestUser.Password);

        await Expect(page).ToHaveURLAsync($"{App.Address}chat-ui");
        var cookie = (await page.Context.CookiesAsync()).Single(c => c.Name == "chatapp");
        Assert.That(Uri.UnescapeDataString(cookie.Value), Has.Length.GreaterThanOrEqualTo(43).And.Not.EqualTo(Planted));
    }

    [Test]
    public async Task LogOut_FromTheMenu_EndsTheSignInAndDeletesDrafts()
    {
        var page = await NewPageAsync(_user);
        await page.GotoAsync("/chat-ui");
        var cookies = await page.Context.CookiesAsync();
        await page.Composer.FillAsync("A secret draft");
        await page.GetByRole(AriaRole.Button, new() { Name = $"Account menu for {_user.Name}" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Welcome back" })).ToBeVisibleAsync();
        Assert.That(await page.EvaluateAsync<int>("Object.keys(localStorage).length"), Is.Zero);
        await page.Context.AddCookiesAsync([new() { Name = "chatapp", Value = cookies.Single(c => c.Name == "chatapp").Value, Url = App.Address.ToString() }]);
        await page.GotoAsync("/account");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Welcome back" })).ToBeVisibleAsync();
    }

    [Test]
    public async Task Register_InvalidFields_ShowsTheErrorsAndKeepsTheInput()
    {
        var page = await NewPageAsync(options: WithoutScripts);
        await page.GotoAsync("/register");
        await page.GetByLabel("User name").FillAsync("no spaces please");
        await page.GetByLabel("E-mail").FillAsync("x@example.com");
        await page.GetByLabel("Password").FillAsync("short");
        var response = await page.RunAndWaitForResponseAsync(
            () => page.GetByRole(AriaRole.Button, new() { Name = "Create account" }).ClickAsync(), r => r.Request.Method == "POST");

        Assert.That(response.Status, Is.EqualTo(400));
        await Expect(page.Locator("#username-error")).ToContainTextAsync("Use letters, digits");
        await Expect(page.Locator("#password-error")).ToContainTextAsync("10 to 128");
        await Expect(page.Locator("#email-error")).ToHaveCountAsync(0);
        await Expect(page.GetByLabel("User name")).ToHaveValueAsync("no spaces please");
        await Expect(page.GetByLabel("User name")).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(page.GetByLabel("Password")).ToHaveValueAsync("");
    }

    [Test]
    public async Task Register_NameTaken_Is409()
    {
        var page = await NewPageAsync();
        await page.GotoAsync("/register");
        await page.GetByLabel("User name").FillAsync(_user.Name);
        await page.GetByLabel("E-mail").FillAsync("another@example.com");
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(TestUser.Password);
        var response = await page.RunAndWaitForResponseAsync(
            () => page.GetByRole(AriaRole.Button, new() { Name = "Create account" }).ClickAsync(), r => r.Request.Method == "POST");

        Assert.That(response.Status, Is.EqualTo(409));
        await Expect(page.Locator("#username-error")).ToContainTextAsync("taken");
        Assert.That(await App.WithDb(db => db.Users.AnyAsync(u => u.Email == "another@example.com")), Is.False);
    }

    [Test]
    public async Task ChangePassword_FromTheAccount_EndsTheOtherSignInsOnly()
    {
        var user = await App.RegisterAsync("changing");
        var (here, elsewhere) = (await NewPageAsync(user), await NewPageAsync(user));
        await here.GotoAsync("/account");
        await ChangePasswordAsync(here, "not the present one", "a brand new secret");
        await Expect(here.Locator("#current_password-error")).ToBeVisibleAsync();
        await ChangePasswordAsync(here, TestUser.Password, "password12345");
        await Expect(here.Locator("#new_password-error")).ToContainTextAsync("too common");
        await elsewhere.GotoAsync("/account");
        await Expect(elsewhere.Title).ToHaveTextAsync("Account");

        await ChangePasswordAsync(here, TestUser.Password, "a brand new secret");

        await Expect(here.GetByText("Your password was changed.")).ToBeVisibleAsync();
        await elsewhere.ReloadAsync();
        await elsewhere.LogInAsync("changing", "a brand new secret");
        await Expect(elsewhere.Title).ToHaveTextAsync("Account");
    }

    [Test]
    public async Task SignOutElsewhere_FromTheAccount_KeepsThisSignIn()
    {
        var (here, elsewhere) = (await NewPageAsync(_user), await NewPageAsync(_user));
        await elsewhere.GotoAsync("/account");
        await here.GotoAsync("/account");
        await here.GetByRole(AriaRole.Button, new() { Name = "Sign out everywhere else" }).ClickAsync();

        await Expect(here.GetByText("You've been signed out everywhere else.")).ToBeVisibleAsync();
        await elsewhere.ReloadAsync();
        await Expect(elsewhere.Title).ToHaveTextAsync("Welcome back");
    }

    private static async Task ChangePasswordAsync(IPage page, string present, string next)
    {
        await page.GetByLabel("Current password", new() { Exact = true }).FillAsync(present);
        await page.GetByLabel("New password", new() { Exact = true }).FillAsync(next);
        await page.GetByRole(AriaRole.Button, new() { Name = "Change password" }).ClickAsync();
    }
}

internal sealed class ClosedRegistrationTests : BrowserFixture
{
    protected override Dictionary<string, string> Settings => new() { ["Accounts:AllowRegistration"] = "false" };

    [Test]
    public async Task Register_Closed_OnlyTheFirstAccountCanBeCreated()
    {
        var page = await NewPageAsync();
        await page.GotoAsync("/register");
        await Expect(page.GetByText("The first account becomes the administrator.")).ToBeVisibleAsync();
        await App.RegisterAsync();

        var response = await page.ReloadAsync();

        Assert.That(response!.Status, Is.EqualTo(403));
        await Expect(page.Title).ToHaveTextAsync("Registration is closed");
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Create an account" })).ToHaveCountAsync(0);
    }
}
