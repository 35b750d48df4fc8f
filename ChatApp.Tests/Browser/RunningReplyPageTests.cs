using ChatApp.Domain.Chat.Generation;
using ChatApp.Tests.Support;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

/// <summary>Replies in the browser: in every tab, after a broken connection, stopped and continued.</summary>
internal sealed class RunningReplyPageTests : BrowserFixture
{
    private readonly OpenRequests _streams = new("/chat/events");
    private TestUser _user = null!;

    protected override void Adjust(WebApplicationBuilder builder)
    {
        base.Adjust(builder);
        builder.Services.AddSingleton<IStartupFilter>(_streams);
    }

    [OneTimeSetUp]
    public async Task Register() => _user = await App.RegisterAsync();

    [Test]
    public async Task Send_InOneOfTenTabs_GrowsInAllOverOneConnection()
    {
        var session = await CreateSessionAsync(_user, "Ten tabs");
        var call = Model.Hold("To all tabs");
        var first = await NewPageAsync(_user);
        var tabs = new List<IPage> { first };
        for (var i = 0; i < 9; i++)
        {
            tabs.Add(await first.Context.NewPageAsync());
        }
        foreach (var tab in tabs)
        {
            await tab.GotoAsync($"/chat-ui/{session.Text("id")}");
        }

        await tabs[3].WriteAsync("To all tabs");
        call.Say("Seen ");
        foreach (var tab in tabs)
        {
            await Expect(tab.LastReply).ToHaveTextAsync("Seen");
            await Expect(tab.Stop).ToBeVisibleAsync();
        }
        Assert.That(_streams.Count, Is.EqualTo(1));
        call.Say("by all.").End();

        foreach (var tab in tabs)
        {
            await Expect(tab.LastReply).ToHaveTextAsync("Seen by all.");
            await Expect(tab.Questions).ToHaveTextAsync(["To all tabs"]);
        }
    }

    [Test]
    public async Task Send_ConnectionBreaks_ResumesAtItsPosition()
    {
        var call = Model.Hold("Break.");
        var page = await NewPageAsync(_user);
        await page.GotoAsync("/chat-ui");
        await page.WriteAsync("Break.");
        call.Say("before ");
        await Expect(page.LastReply).ToHaveTextAsync("before");

        var streams = App.Services.GetRequiredService<OpenStreams>();
        streams.End(streams.Logins.ToHashSet());
        call.Say("after").End();

        await Expect(page.LastReply).ToHaveTextAsync("before after");
        await Expect(page.Replies).ToHaveAttributeAsync("data-status", "complete");
    }

    [Test]
    public async Task Stop_HangingReply_KeepsItsTextAndContinuesLater()
    {
        var page = await NewPageAsync(_user);
        await page.GotoAsync("/chat-ui");
        var call = Model.Hold("Hang.");
        await page.WriteAsync("Hang.");
        call.Say("So far");
        await Expect(page.LastReply).ToHaveTextAsync("So far");

        await page.Stop.ClickAsync();

        await Expect(page.Replies).ToHaveAttributeAsync("data-status", "interrupted");
        await Expect(page.LastReply).ToHaveTextAsync("So far");
        await Expect(page.GetByText("You stopped this reply.")).ToBeVisibleAsync();
        Model.Hold(PromptBuilder.ContinuePrompt).Say(", and on.").End();
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
        await Expect(page.LastReply).ToHaveTextAsync("So far, and on.");
        await Expect(page.Replies).ToHaveAttributeAsync("data-status", "complete");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Continue" })).ToHaveCountAsync(0);
    }

    [Test]
    public async Task Write_WhileAnotherTabGetsAReply_IsKeptUntilItCanBeSent()
    {
        var session = await CreateSessionAsync(_user, "Two tabs");
        var call = Model.Hold("From the first tab");
        var first = await NewPageAsync(_user);
        await first.GotoAsync($"/chat-ui/{session.Text("id")}");
        var second = await first.Context.NewPageAsync();
        await second.GotoAsync($"/chat-ui/{session.Text("id")}");
        await first.WriteAsync("From the first tab");
        await Expect(second.Stop).ToBeVisibleAsync();

        await second.WriteAsync("From the second tab");
        await Expect(second.Composer).ToHaveValueAsync("From the second tab");
        call.Say("Done.").End();
        await Expect(second.Send).ToBeEnabledAsync();
        await second.Composer.PressAsync("Enter");

        await Expect(first.Questions).ToHaveTextAsync(["From the first tab", "From the second tab"]);
    }
}
