using System.Net;
using ChatApp.Tests.Support;
using ChatApp.Web.Integrations.Mcp;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

/// <summary>The administrators' page of tool sources.</summary>
internal sealed class ToolSourcesTests : BrowserFixture
{
    private readonly string _gate = Path.Combine(Path.GetTempPath(), $"chatapp-gate-{Guid.CreateVersion7()}");
    private TestUser _administrator = null!;

    protected override Dictionary<string, string> Settings => new(
    [
        .. ReferenceMcpServer.Command("everything", $"exec node '{ReferenceMcpServer.Script}' stdio"),
        .. ReferenceMcpServer.Command("broken", $"test -f '{_gate}' && exec node '{ReferenceMcpServer.Script}' stdio; echo '<b>No licence</b> {new string('x', 200)}' >&2; exit 3"),
        new("Mcp:Servers:elsewhere:Url", "http://127.0.0.1:9/mcp?key=a-secret"),
        new("Mcp:Servers:elsewhere:Headers:Authorization", "Bearer a-secret"),
    ]);

    [OneTimeSetUp]
    public async Task Register() => _administrator = await App.RegisterAsync();

    [TearDown]
    public void CloseGate() => File.Delete(_gate);

    [Test]
    public async Task Tools_OrdinaryUser_IsForbiddenAndSeesNoLink()
    {
        var user = await App.RegisterAsync();

        using var page = await user.Client.SendAsync(HttpMethod.Get, "/admin/tools", null);
        using var reconnect = await user.Client.SendAsync(HttpMethod.Post, "/admin/tools/everything/reconnect", null);

        Assert.That((page.StatusCode, reconnect.StatusCode), Is.EqualTo((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden)));
        var own = await NewPageAsync(user);
        await own.GotoAsync("/chat-ui");
        await Expect(own.Locator("a[href='/admin/tools']")).ToHaveCountAsync(0);
    }

    [Test]
    public async Task Tools_ServerFails_ShowsTheReasonAndReconnectsWithoutScripts()
    {
        var page = await NewPageAsync(_administrator, WithoutScripts);
        await page.GotoAsync("/admin/tools");
        var broken = page.GetByRole(AriaRole.Region, new() { Name = "broken" });

        await broken.GetByRole(AriaRole.Button, new() { Name = "Reconnect broken" }).ClickAsync();

        await Expect(page.GetByText("broken could not be reached.")).ToBeVisibleAsync();
        await Expect(broken.Locator(".chip").First).ToHaveTextAsync("Failed");
        await Expect(broken).ToContainTextAsync("The command ended");
        await broken.GetByText("Command output").ClickAsync();
        await Expect(broken.Locator("pre")).ToContainTextAsync("<b>No licence</b>");

        await File.WriteAllTextAsync(_gate, "now");
        await broken.GetByRole(AriaRole.Button, new() { Name = "Reconnect broken" }).ClickAsync();

        await Expect(page.GetByText("broken is connected.")).ToBeVisibleAsync();
        await Expect(broken.Locator(".chip").First).ToHaveTextAsync("Connected");
        await broken.GetByText("13 tools").ClickAsync();
        await Expect(broken.GetByText("broken_gzip-file-as-resource")).ToBeVisibleAsync();
    }

    [Test]
    public async Task Tools_Page_ShowsEverySourceAndNoKeys()
    {
        var page = await NewPageAsync(_administrator);
        await page.GotoAsync("/admin/tools");

        await Expect(page.Locator("main h2")).ToHaveTextAsync(["iFixit", "Web search", "broken", "elsewhere", "everything"]);
        var elsewhere = page.GetByRole(AriaRole.Region, new() { Name = "elsewhere" });
        await Expect(elsewhere).ToContainTextAsync("http://127.0.0.1:9/mcp");
        Assert.That(await page.ContentAsync(), Does.Not.Contain("a-secret").And.Not.Contain("exec node"));
    }

    [Test, Combinatorial]
    public async Task Tools_Page_HasNoSeriousViolationAndDoesNotScrollSideways(
        [Values(ColorScheme.Light, ColorScheme.Dark)] ColorScheme scheme, [Values(1280, 320)] int width)
    {
        foreach (var server in App.Services.GetRequiredService<McpServers>().All)
        {
            await server.ReconnectAsync(CancellationToken.None);
        }
        var page = await NewPageAsync(_administrator, new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 800 }, ReducedMotion = ReducedMotion.Reduce });
        await page.GotoAsync("/admin/tools");
        foreach (var summary in await page.Locator("main summary").AllAsync())
        {
            await summary.ClickAsync();
        }

        await AccessibilityTests.AssertAccessibleAsync(page);
        await AccessibilityTests.AssertFitsAsync(page);
    }
}
