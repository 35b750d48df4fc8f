using ChatApp.Domain.Chat;

namespace ChatApp.Web.Background;

/// <summary>Keeps the journal of the answers written here, and the copies of those written elsewhere.</summary>
public sealed class JournalWorker(JournalWriter writer, ReplyFollower follower) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(writer.RunAsync(stoppingToken), follower.RunAsync(stoppingToken));
}
