using ChatApp.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

internal sealed class ErrorPageTests : BrowserFixture
{
    private TestUser _user = null!;

    [OneTimeSetUp]
    public async Task Register() => _user = await App.RegisterAsync();

    [TestCase("/error", 404, "There is nothing at this address.")]
    [TestCase("/no/such/page", 404, "There is nothing at this address.")]
    [TestCase("/chat-ui/nothing", 404, "Chat not found.")]
    [TestCase("/sessions/nothing/title", 404, "Chat not found.")]
    [TestCase("/chat-ui/messages/nothing", 404, "Message not found.")]
    [TestCase("/sessions?cursor=nothing", 400, "The cursor is not valid for this list.")]
    public async Task Page_Failing_SaysWhatHappenedAndWhereToFindItInTheLog(string path, int status, string text)
    {
        var page = await NewPageAsync(_user);

        var response = await page.GotoAsync(path);

        Assert.That(response!.Status, Is.EqualTo(status));
        Assert.That(response.Headers["content-security-policy"], Does.StartWith("default-src 'self'"));
        Assert.That(response.Headers["x-content-type-options"], Is.EqualTo("nosniff"));
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync(text);
        await Expect(page.Locator(".trace code")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^00-[0-9a-f]{32}-"));
        await page.GetByRole(AriaRole.Link, new() { Name = "Back to chats" }).ClickAsync();
        await Expect(page).ToHaveURLAsync($"{App.Address}chat-ui");
    }

    [Test]
    public async Task Page_UnsupportedMethod_Is405()
    {
        var page = await NewPageAsync(_user);

        var response = await page.Context.APIRequest.PostAsync("/sessions", new() { Headers = new Dictionary<string, string> { ["Accept"] = "text/html" } });

        Assert.That(response.Status, Is.EqualTo(405));
        Assert.That(await response.TextAsync(), Does.Contain("This method is not allowed at this address."));
    }

    [Test]
    public async Task Session_OfAnotherUser_IsNotFoundOnEveryPage()
    {
        var session = (await CreateSessionAsync(_user, "Mine", "Hello")).Text("id");
        var message = (await StoredMessagesAsync(Guid.Parse(session)))[1].Id;
        var page = await NewPageAsync(await App.RegisterAsync());
        foreach (var path in new[] { $"/chat-ui/{session}", $"/chat-ui/messages/{message}", $"/chat-ui/messages/{message}/source", $"/sessions/{session}/title" })
        {
            var response = await page.GotoAsync(path);
            Assert.That(response!.Status, Is.EqualTo(404), path);
        }
        await page.GotoAsync("/chat-ui");
        foreach (var action in new[] { "pin", "archive", "title", "delete", "restore", "remove" })
        {
            var status = await page.EvaluateAsync<int>("""
                async path => (await fetch(path, { method: "POST", redirect: "manual", body: new URLSearchParams({ title: "Yours", pinned: "true", archived: "true",
                  __RequestVerificationToken: document.querySelector("[name=__RequestVerificationToken]").value }) })).status
                """, $"/sessions/{session}/{action}");
            Assert.That(status, Is.EqualTo(404), action);
        }
        var stored = await StoredSessionAsync(System.Text.Json.JsonElement.Parse($$"""{"id": "{{session}}"}"""));
        Assert.That((stored.Title, stored.Pinned, stored.Archived, stored.DeletedAt), Is.EqualTo(("Mine", false, false, (DateTimeOffset?)null)));
    }

    [Test]
    public async Task Form_WithoutItsToken_IsRejected()
    {
        var page = await NewPageAsync(_user);
        await page.GotoAsync("/chat-ui");
        foreach (var path in new[] { "/logout", "/login", "/register", "/chat-ui/messages", "/sessions/new", "/account/password", "/account/sign-out-elsewhere" })
        {
            var response = await page.Context.APIRequest.PostAsync(path, new() { MaxRedirects = 0, Headers = new Dictionary<string, string> { ["Accept"] = "text/html" } });
            Assert.That(response.Status, Is.EqualTo(400), path);
            Assert.That(await response.TextAsync(), Does.Contain("This page has expired"), path);
        }
    }

    [Test]
    public async Task Pages_EachOne_AreNeitherCachedNorFramed()
    {
        var page = await NewPageAsync(_user);
        foreach (var path in new[] { "/chat-ui", "/sessions", "/account" })
        {
            var response = await page.GotoAsync(path);
            Assert.That(response!.Headers["cache-control"], Does.Contain("no-store"), path);
            Assert.That(response.Headers["x-frame-options"], Is.EqualTo("DENY"), path);
            Assert.That(response.Headers["content-security-policy"], Does.Not.Contain("unsafe"), path);
        }
    }
}
