using ChatApp.Domain.Chat;
using ChatApp.Domain.Models;
using ChatApp.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

/// <summary>axe finds no serious violation on any page, light or dark, wide or narrow, and no page scrolls sideways.</summary>
internal sealed class AccessibilityTests : BrowserFixture
{
    private static readonly string[] Impacts = ["serious", "critical"];

    private const string Wide = """
        | a very wide table | with many columns | that no phone | has room for | so it scrolls by itself |
        |---|:---:|---:|---|---|
        | 1 | 2 | 3 | 4 | 5 |

        ```csharp
        var aLineOfCodeThatIsLongerThanAnyPhoneIsWide = string.Join(", ", Enumerable.Range(1, 1000).Select(i => i.ToString(CultureInfo.InvariantCulture)));
        ```

        Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft https://example.org/a/very/long/address/without/any/place/to/break/it

        ## A heading

        - [x] done
        - [ ] to do

        > A quotation
        """;

    private TestUser _user = null!;
    private string _session = "";
    private string _archived = "";

    [OneTimeSetUp]
    public async Task Fill()
    {
        _user = await App.RegisterAsync();
        Model.Hold("Be wide.").Say(Wide).Report(1200, 340).End();
        Model.Hold("Fail.").Say("Some").Fail(new ModelException(ReplyErrorCode.ProviderUnavailable, "The model cannot be reached."));
        _session = (await CreateSessionAsync(_user, "Wide", "Be wide.", "Fail.", new string('w', 300))).Text("id");
        var deleted = await CreateSessionAsync(_user, "Deleted", "Hello");
        await _user.Client.SendJsonAsync(HttpMethod.Put, $"/chat/sessions/{_session}", new { pinned = true });
        await _user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{deleted.Text("id")}");
        _archived = (await CreateSessionAsync(_user, "Archived", "Hello")).Text("id");
        await _user.Client.SendJsonAsync(HttpMethod.Put, $"/chat/sessions/{_archived}", new { archived = true });
        await CreateSessionAsync(_user, new string('t', 200), "A title without a space");
    }

    [Test, Combinatorial]
    public async Task Page_EachOne_HasNoSeriousViolationAndDoesNotScrollSideways(
        [Values("/login", "/register", "/chat-ui", "/chat-ui/{session}", "/chat-ui/{archived}", "/sessions", "/sessions/archive", "/sessions?q=archived", "/sessions?q=nothing", "/sessions/new", "/sessions/{session}/title",
            "/sessions/trash", "/sessions/{session}/remove", "/search-ui", "/search-ui?query=w", "/search-ui?query=qqq", "/search-ui?query=-w", "/usage", "/sessions/{session}/details", "/sessions/{session}/export", "/chat-ui/{session}/print", "/account", "/account/api-keys", "/account/activity", "/account/two-factor", "/account/sign-ins", "/account/delete", "/admin/security", "/docs", "/error")] string path,
        [Values(ColorScheme.Light, ColorScheme.Dark)] ColorScheme scheme,
        [Values(1280, 320)] int width)
    {
        var isForNobody = path is "/login" or "/register";
        var page = await NewPageAsync(isForNobody ? null : _user, new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 800 }, ReducedMotion = ReducedMotion.Reduce });
        await page.GotoAsync(path.Replace("{session}", _session, StringComparison.Ordinal).Replace("{archived}", _archived, StringComparison.Ordinal));

        await AssertAccessibleAsync(page);
        await AssertFitsAsync(page);
    }

    [TestCase(ColorScheme.Light)]
    [TestCase(ColorScheme.Dark)]
    public async Task Overlay_EachOne_HasNoSeriousViolation(ColorScheme scheme)
    {
        var page = await NewPageAsync(_user, new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
        await page.GotoAsync("/chat-ui");
        await page.OpenMenuAsync("Wide");
        await AssertAccessibleAsync(page);
        await page.Sidebar.GetByText("Delete").Locator("visible=true").ClickAsync();
        await AssertAccessibleAsync(page);
        await page.Keyboard.PressAsync("Escape");
        await page.GetByRole(AriaRole.Button, new() { Name = $"Account menu for {_user.Name}" }).ClickAsync();
        await AssertAccessibleAsync(page);
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("Control+/");
        await AssertAccessibleAsync(page);
        await page.Keyboard.PressAsync("Escape");
        await page.GetByRole(AriaRole.Link, new() { Name = "New chat with options" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await AssertAccessibleAsync(page);
    }

    [Test]
    public async Task Reply_StartAndEnd_AreAnnounced()
    {
        var call = Model.Hold("Speak.");
        var page = await NewPageAsync(_user);
        await page.GotoAsync("/chat-ui");
        await page.WriteAsync("Speak.");

        await Expect(page.Locator("#announcer")).ToHaveTextAsync("Writing a reply.");
        await Expect(page.Locator("#messages")).ToHaveAttributeAsync("aria-busy", "true");
        await AssertAccessibleAsync(page);
        call.Say("Spoken.").End();
        await Expect(page.Locator("#announcer")).ToHaveTextAsync("Reply finished.");
        await Expect(page.Locator("#messages")).ToHaveAttributeAsync("aria-busy", "false");
    }

    internal static async Task AssertAccessibleAsync(IPage page)
    {
        await page.EvaluateAsync(await File.ReadAllTextAsync(AxePath()));
        var faults = await page.EvaluateAsync<string[]>("""
            async impacts => (await axe.run(document)).violations.filter(v => impacts.includes(v.impact))
              .map(v => `${v.id}: ${v.nodes.map(n => n.html.slice(0, 200)).join(" | ")}`)
            """, Impacts);
        Assert.That(faults, Is.Empty);
    }

    internal static async Task AssertFitsAsync(IPage page)
    {
        var wide = await page.EvaluateAsync<string[]>("""
            () => [document.documentElement, ...document.querySelectorAll("main, main *:not(.table, .table *, pre, pre *)")]
              .filter(e => e.scrollWidth > e.clientWidth + 1 && ["auto", "scroll", "visible"].includes(getComputedStyle(e).overflowX)
                && getComputedStyle(e).display !== "inline" && e.getBoundingClientRect().right > innerWidth + 1 || e.matches("html, main") && e.scrollWidth > e.clientWidth)
              .map(e => e.outerHTML.slice(0, 150))
            """);
        Assert.That(wide, Is.Empty);
    }

    private static string AxePath()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var path = Path.Combine(directory.FullName, "node_modules", "axe-core", "axe.min.js");
            if (File.Exists(path))
            {
                return path;
            }
        }
        throw new FileNotFoundException("axe-core is not installed; a build installs it.");
    }
}
