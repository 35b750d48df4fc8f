using Microsoft.Playwright;

namespace ChatApp.Tests.Browser;

/// <summary>One Chromium for all tests in this folder.</summary>
[SetUpFixture]
public sealed class BrowserRun
{
    private static IPlaywright? _playwright;

    public static IBrowser Chromium { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _playwright = await Playwright.CreateAsync();
        Chromium = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable("CHROMIUM") is { Length: > 0 } path ? path : "/usr/bin/chromium",
            Headless = true,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
            ],
        });
        Assertions.SetDefaultExpectTimeout((float)Support.Eventually.Patience.TotalMilliseconds);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await Chromium.DisposeAsync();
        _playwright?.Dispose();
    }
}
