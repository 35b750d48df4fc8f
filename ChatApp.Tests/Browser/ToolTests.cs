using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

/// <summary>Tool calls are shown while they run, and wait for approval where it is required.</summary>
internal sealed class ToolTests : BrowserFixture
{
    private readonly ScriptedTools _tools = new();
    private TestUser _user = null!;

    [OneTimeSetUp]
    public async Task Register() => _user = await App.RegisterAsync();

    protected override void Adjust(WebApplicationBuilder builder)
    {
        base.Adjust(builder);
        _tools.AddTo(builder);
    }

    [Test]
    public async Task Send_ToolRuns_IsShownAndCollapsedAfterwards()
    {
        var result = new TaskCompletionSource<object?>();
        _tools.Add("look_up", (_, _) => result.Task);
        Model.Script("Look it up", ModelScript.Call(("look_up", new { input = "<b>screw</b>" })), ModelScript.Say("A P2."));
        var page = await NewPageAsync(_user);
        await page.GotoAsync("/chat-ui");

        await page.WriteAsync("Look it up");

        var call = page.Locator(".tool");
        await Expect(call).ToContainTextAsync("Doing look_up…");
        await Expect(call).ToHaveClassAsync("tool running");
        result.SetResult("The screw is a <i>P2</i>.");
        await Expect(page.LastReply).ToHaveTextAsync("A P2.");
        await Expect(call).ToHaveClassAsync("tool complete");
        await Expect(call.Locator("pre").First).ToBeHiddenAsync();
        await call.Locator("summary").PressAsync("Enter");
        await Expect(call.Locator("pre").First).ToContainTextAsync("<b>screw</b>");
        await Expect(call.Locator("pre").Last).ToHaveTextAsync("The screw is a <i>P2</i>.");
    }

    [TestCase("Allow once", "Written.")]
    [TestCase("Deny", "As you wish.")]
    public async Task Send_ToolRequiresApproval_FollowsTheDecision(string button, string reply)
    {
        var tool = $"write_{button.Length}";
        _tools.Add(tool, "ok", asksFirst: true);
        Model.Script(button, ModelScript.Call((tool, new { input = "all" })), prompt => _tools.Calls.Contains(tool)
            ? ModelScript.Say("Written.")(prompt) : ModelScript.Say("As you wish.")(prompt));
        var page = await NewPageAsync(_user);
        await page.GotoAsync("/chat-ui");
        await page.WriteAsync(button);
        await Expect(page.Locator(".tool.asking pre")).ToContainTextAsync("all");

        await page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).PressAsync("Enter");

        await Expect(page.LastReply).ToHaveTextAsync(reply);
        await Expect(page.Replies).ToHaveAttributeAsync("data-status", "complete");
    }

    [Test]
    public async Task Send_ApprovalNeededBeforeThePageHasTheMessage_IsShown()
    {
        _tools.Add("write_early", "ok", asksFirst: true);
        Model.Script("Early", ModelScript.Call(("write_early", new { input = "all" })), ModelScript.Say("Written."));
        var page = await NewPageAsync(_user);
        var other = await NewPageAsync(_user);
        await page.RouteAsync("**/chat/sessions/*/messages", async route =>
        {
            var response = await route.FetchAsync();
            await other.GotoAsync(page.Url);
            await Expect(other.Locator(".tool.asking pre")).ToContainTextAsync("all");
            await route.FulfillAsync(new() { Response = response });
        });
        await page.GotoAsync("/chat-ui");

        await page.WriteAsync("Early");

        await Expect(page.Locator(".tool.asking pre")).ToContainTextAsync("all");
    }

    [Test]
    public async Task Decide_WithoutScripts_ContinuesTheReply()
    {
        _tools.Add("write_plain", "ok", asksFirst: true);
        Model.Script("Plainly", ModelScript.Call(("write_plain", new { input = "all" })), ModelScript.Say("Written."));
        var page = await NewPageAsync(_user, WithoutScripts);
        await page.GotoAsync("/chat-ui");
        await page.Composer.FillAsync("Plainly");
        await page.Send.ClickAsync();
        await Expect(page.Questions).ToHaveTextAsync("Plainly");

        // While a reply is generated, the page reloads itself.
        await page.GetByRole(AriaRole.Button, new() { Name = "Allow in this chat", Exact = true }).ClickAsync();

        await Expect(page.LastReply).ToContainTextAsync("Written.");
    }
}
