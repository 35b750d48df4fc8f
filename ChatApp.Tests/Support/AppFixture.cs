using Microsoft.AspNetCore.Builder;

namespace ChatApp.Tests.Support;

/// <summary>A fixture with an app of its own.</summary>
internal abstract class AppFixture
{
    protected TestApp App { get; private set; } = null!;

    /// <summary>The app's configuration.</summary>
    protected virtual Dictionary<string, string> Settings => [];

    [OneTimeSetUp]
    public async Task StartApp() => App = await TestApp.StartAsync(Settings, adjust: Adjust);

    [OneTimeTearDown]
    public async Task StopApp() => await App.DisposeAsync();

    /// <summary>Replaces external services.</summary>
    protected virtual void Adjust(WebApplicationBuilder builder)
    {
    }
}
