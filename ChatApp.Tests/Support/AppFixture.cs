namespace ChatApp.Tests.Support;

/// <summary>A fixture with an app of its own.</summary>
internal abstract class AppFixture
{
    protected TestApp App { get; private set; } = null!;

    /// <summary>The app's configuration.</summary>
    protected virtual Dictionary<string, string> Settings => [];

    [OneTimeSetUp]
    public async Task StartApp() => App = await TestApp.StartAsync(Settings);

    [OneTimeTearDown]
    public async Task StopApp() => await App.DisposeAsync();
}
