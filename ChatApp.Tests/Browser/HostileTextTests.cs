using System.Text.RegularExpressions;
using ChatApp.Domain.Chat;
using ChatApp.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

/// <summary>What users and models write stays text. The fixture itself fails on dialogs, requests to other hosts and violations of the page's policy.</summary>
internal sealed partial class HostileTextTests : BrowserFixture
{
    private TestUser _user = null!;

    [OneTimeSetUp]
    public async Task Register() => _user = await App.RegisterAsync();

    [Test]
    public async Task Messages_HostileText_StayText()
    {
        foreach (var text in HostileText.Corpus)
        {
            Model.Hold(text).Say(text).End();
        }
        var session = await CreateSessionAsync(_user, "Corpus", [.. HostileText.Corpus]);
        var page = await NewPageAsync(_user);
        await page.GotoAsync($"/chat-ui/{session.Text("id")}");
        await page.GetByRole(AriaRole.Link, new() { Name = "Load older messages" }).ClickAsync();

        await Expect(page.Replies).ToHaveCountAsync(HostileText.Corpus.Count);
        await Expect(page.Questions).ToHaveTextAsync([.. HostileText.Corpus.Select(t => Spaces().Replace(t, " "))]);
        await AssertHarmlessAsync(page);
        await Expect(page.LastReply).ToContainTextAsync("{{constructor");
    }

    [Test]
    public async Task Reply_HostileText_StaysTextWhileItGrows()
    {
        var call = Model.Hold("Be evil.");
        var page = await NewPageAsync(_user);
        await page.GotoAsync("/chat-ui");
        await page.WriteAsync("Be evil.");
        foreach (var text in HostileText.Corpus)
        {
            call.Say(text[..(text.Length / 2)], text[(text.Length / 2)..], "\n\n");
        }
        call.Say("That was all.");

        await Expect(page.LastReply).ToContainTextAsync("That was all.");
        await Expect(page.Replies).ToHaveAttributeAsync("data-status", "generating");
        await AssertHarmlessAsync(page);
        call.End();
        await Expect(page.Replies).ToHaveAttributeAsync("data-status", "complete");
        await AssertHarmlessAsync(page);
    }

    [TestCase("<script>alert(1)</script>")]
    [TestCase("\"><img src=x onerror=alert(1)>")]
    [TestCase("</title><script>alert(1)</script>")]
    public async Task Title_Html_StaysTextOnEveryPage(string title)
    {
        var user = await App.RegisterAsync();
        var session = await CreateSessionAsync(user, title, "Hello");
        var page = await NewPageAsync(user);
        await page.GotoAsync($"/chat-ui/{session.Text("id")}");
        await Expect(page.Title).ToHaveTextAsync(title);
        await Expect(page).ToHaveTitleAsync($"{title} · ChatApp");
        await Expect(page.Sidebar.Locator(".session-link")).ToHaveTextAsync([title]);
        await (await page.OpenMenuAsync(title)).GetByText("Delete").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync(title);
        await AssertHarmlessAsync(page);
        foreach (var path in new[] { "/sessions", $"/sessions/{session.Text("id")}/title", $"/chat-ui?q={Uri.EscapeDataString(title)}" })
        {
            await page.GotoAsync(path);
            await AssertHarmlessAsync(page);
        }
        await user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{session.Text("id")}");
        await page.GotoAsync("/sessions/trash");
        await Expect(page.Locator("tbody th")).ToContainTextAsync(title);
        await AssertHarmlessAsync(page);
    }

    [Test]
    public async Task Failure_Html_StaysText()
    {
        Model.Hold("Fail.").Fail(new Domain.Models.ModelException(ReplyErrorCode.ProviderRefused, "<img src=x onerror=alert(1)>"));
        var page = await NewPageAsync(_user);
        await page.GotoAsync("/chat-ui");
        await page.WriteAsync("Fail.");

        await Expect(page.Locator(".state.failed")).ToHaveTextAsync("<img src=x onerror=alert(1)>");
        await AssertHarmlessAsync(page);
    }

    // The app itself renders none of these elements. The remaining links lead to the web, to an e-mail address or to the app.
    private static async Task AssertHarmlessAsync(IPage page)
    {
        var bad = await page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll("main *, #session-list *")].filter(e =>
                ["SCRIPT", "IMG", "IFRAME", "STYLE", "LINK", "META", "BASE", "OBJECT", "EMBED", "ANIMATE"].includes(e.tagName)
                || [...e.attributes].some(a => a.name.startsWith("on") || a.name === "srcdoc" || a.name === "style")
                || e.tagName === "FORM" && new URL(e.action).host !== location.host
                || e.tagName === "A" && e.hasAttribute("href")
                  && !(["http:", "https:", "mailto:"].includes(e.protocol) && (e.host === location.host || e.target === "_blank" && e.rel.includes("noopener"))))
              .map(e => e.outerHTML.slice(0, 200))
            """);
        Assert.That(bad, Is.Empty);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
