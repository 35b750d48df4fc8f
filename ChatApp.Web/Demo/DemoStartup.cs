namespace ChatApp.Web.Demo;

/// <summary>Fills in the demo once the database is there, before anybody is served.</summary>
public sealed class DemoStartup(DemoSeeder seeder) : IHostedLifecycleService
{
    /// <summary>The argument that asks for it.</summary>
    public const string Switch = "--demo";

    public Task StartingAsync(CancellationToken cancellationToken) => seeder.SeedAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
