using ChatApp.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

/// <summary>Elements of the pages, and what users do with them.</summary>
internal static class PageObjects
{
    extension(IPage page)
    {
        public ILocator Composer => page.GetByRole(AriaRole.Textbox, new() { Name = "Message", Exact = true });

        public ILocator Stop => page.GetByRole(AriaRole.Button, new() { Name = "Stop reply", Exact = true });

        public ILocator Send => page.GetByRole(AriaRole.Button, new() { Name = "Send", Exact = true });

        public ILocator Questions => page.Locator(".message.user [data-body]");

        public ILocator Replies => page.Locator(".message.assistant");

        public ILocator LastReply => page.Locator(".message.assistant [data-body]").Last;

        public ILocator Title => page.GetByRole(AriaRole.Heading, new() { Level = 1 });

        public ILocator Sidebar => page.Locator("#session-list");

        /// <summary>Types a message and presses Enter.</summary>
        public async Task WriteAsync(string text)
        {
            await page.WaitForLoadStateAsync(); // the scripts have started then
            await page.Composer.FillAsync(text);
            await page.Composer.PressAsync("Enter");
        }

        /// <summary>Sends a message and waits until the reply is complete.</summary>
        public async Task AskAsync(string text)
        {
            var before = await page.Replies.CountAsync();
            await page.WriteAsync(text);
            await Expect(page.Locator(".message.assistant[data-status=complete]")).ToHaveCountAsync(before + 1);
        }

        /// <summary>Opens the menu of a session in the sidebar.</summary>
        public async Task<ILocator> OpenMenuAsync(string title)
        {
            await page.WaitForLoadStateAsync(); // the scripts have started then
            var row = page.Sidebar.Locator(".session").Filter(new() { HasText = title });
            await Eventually.TrueAsync(async () =>
            {
                // If the list is refreshed between press and release, nothing is clicked.
                await row.HoverAsync();
                await row.GetByRole(AriaRole.Button, new() { Name = $"Actions for {title}" }).ClickAsync();
                return await row.Locator(".menu:popover-open").CountAsync() == 1;
            }, "the menu is open");
            return row.Locator(".menu");
        }

        public async Task LogInAsync(string name, string password)
        {
            await page.GetByLabel("User name or e-mail").FillAsync(name);
            await page.GetByLabel("Password", new() { Exact = true }).FillAsync(password);
            await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        }
    }
}
