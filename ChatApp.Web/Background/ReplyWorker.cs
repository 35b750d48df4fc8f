using ChatApp.Domain.Chat.Generation;

namespace ChatApp.Web.Background;

/// <summary>Interrupts the replies when the app begins to stop, and lets it stop when their ends are stored.</summary>
public sealed class ReplyWorker(ReplyGenerator generator, IHostApplicationLifetime lifetime) : IHostedService
{
    // The web server waits for its open streams before the services are stopped, so the replies must end as soon as the app begins to stop.
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStopping.Register(generator.BeginShutdown);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => generator.CompleteAsync().WaitAsync(cancellationToken);
}
