namespace ChatApp.Web.Demo;

/// <summary>Creates the demo's accounts after the database has started and before the first request.</summary>
public sealed class DemoStartup(DemoSeeder seeder) : IHostedLifecycleService
{
    /// <summary>The command-line argument that enables it.</summary>
    public const string Switch = "--demo";

    public Task StartingAsync(CancellationToken cancellationToken) => seeder.SeedAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
