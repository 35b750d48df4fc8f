using System.Collections.Concurrent;
using ChatApp.Data.Accounts;
using ChatApp.Tests.Support;
using Microsoft.Playwright;
using NUnit.Framework.Interfaces;

namespace ChatApp.Tests.Browser;

/// <summary>A fixture whose pages are monitored: a dialog, a request to another host, a script error or a violation of the content security policy fails the test.</summary>
internal abstract class BrowserFixture : ChatFixture
{
    private readonly List<IBrowserContext> _contexts = [];
    private readonly ConcurrentQueue<string> _faults = new();

    protected static readonly BrowserNewContextOptions WithoutScripts = new() { JavaScriptEnabled = false };

    /// <summary>A page of a new browser profile.</summary>
    /// <param name="user">The signed-in user; null for none.</param>
    /// <param name="options">The browser's options.</param>
    /// <param name="address">The address of a proxy to the app; null for the app itself.</param>
    protected async Task<IPage> NewPageAsync(TestUser? user = null, BrowserNewContextOptions? options = null, Uri? address = null)
    {
        address ??= App.Address;
        var context = await BrowserRun.Chromium.NewContextAsync(new(options ?? new())
        {
            BaseURL = address.ToString(),
            ViewportSize = options?.ViewportSize ?? new() { Width = 1280, Height = 800 },
        });
        _contexts.Add(context);
        context.SetDefaultTimeout((float)Eventually.Patience.TotalMilliseconds);
        context.Dialog += (_, dialog) => _faults.Enqueue($"dialog: {dialog.Message}");
        context.WebError += (_, error) => _faults.Enqueue($"error: {error.Error}");
        context.Request += (_, request) => Watch(request.Url, address);
        context.Console += (_, message) => Watch(message);
        if (user is not null)
        {
            await SignInAsync(context, user, address);
        }
        return await context.NewPageAsync();
    }

    /// <summary>Adds the cookie of a new sign-in to the profile.</summary>
    private async Task SignInAsync(IBrowserContext context, TestUser user, Uri address)
    {
        var secret = await App.WithServiceAsync<LoginService, string>(logins => logins.StartCookieAsync(user.Id, CancellationToken.None));
        await context.AddCookiesAsync([new() { Name = "chatapp", Value = secret, Url = address.ToString(), HttpOnly = true }]);
    }

    [TearDown]
    public async Task CloseBrowsers()
    {
        foreach (var context in _contexts)
        {
            if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Failed && context.Pages.Count > 0)
            {
                var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{TestContext.CurrentContext.Test.ID}.png");
                await context.Pages[^1].ScreenshotAsync(new() { Path = path });
                TestContext.AddTestAttachment(path, context.Pages[^1].Url);
            }
            await context.DisposeAsync();
        }
        _contexts.Clear();
        var faults = _faults.ToList();
        _faults.Clear();
        Assert.That(faults, Is.Empty);
    }

    private void Watch(string url, Uri address)
    {
        if (new Uri(url) is { Scheme: "http" or "https" } uri && uri.Authority != address.Authority)
        {
            _faults.Enqueue($"foreign request: {url}");
        }
    }

    // Some tests make requests fail on purpose.
    private void Watch(IConsoleMessage message)
    {
        if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
        {
            _faults.Enqueue($"console: {message.Text}");
        }
    }
}
