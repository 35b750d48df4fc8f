using System.Collections.Concurrent;
using System.Threading.Channels;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Ports;

namespace ChatApp.Web.Background;

/// <summary>Generates answers outside of requests, all of them at once: they mostly wait for their models.</summary>
public sealed class ReplyWorker(ReplyGenerator generator, TitleMaker titles, IHostApplicationLifetime lifetime) : BackgroundService, IReplyQueue
{
    private readonly Channel<ReplyJob> _jobs = Channel.CreateUnbounded<ReplyJob>(new() { SingleReader = true });
    private readonly ConcurrentDictionary<Guid, Task> _running = new();

    public void Enqueue(ReplyJob job) => _jobs.Writer.TryWrite(job);

    /// <summary>Ends the running answers as interrupted, with their text, and lets what was accepted in the last moment end the same way.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _jobs.Writer.TryComplete();
        await (ExecuteTask ?? Task.CompletedTask).WaitAsync(cancellationToken);
        await Task.WhenAll(_running.Values).WaitAsync(cancellationToken);
        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The web server waits for its listeners before the services are stopped: the answers must end when the stopping begins.
        var stop = lifetime.ApplicationStopping;
        await foreach (var job in _jobs.Reader.ReadAllAsync(CancellationToken.None))
        {
            var task = Task.Run(() => RunAsync(job, stop), CancellationToken.None);
            _running[job.Reply.Id] = task;
            _ = task.ContinueWith(_ => _running.TryRemove(job.Reply.Id, out var _), TaskScheduler.Default);
        }
    }

    private async Task RunAsync(ReplyJob job, CancellationToken stop)
    {
        await generator.RunAsync(job, stop);
        await titles.RunAsync(job, stop);
    }
}
