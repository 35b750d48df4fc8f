using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Errors;

namespace ChatApp.Web.Background;

/// <summary>Looks after answers that were left behind, from the start on, and stops those that others want stopped.</summary>
public sealed class RecoveryWorker(ReplyRecovery recovery, IReplyJournal journal, ReplyFeed feed, TimeProvider clock) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        journal.StopRequested += replyId => feed.Find(replyId)?.RequestStop();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await recovery.LookAsync(stoppingToken);
            }
            catch (Exception e) when (e.IsDatabaseUnavailable)
            {
                // It looks again anyway.
            }
            await Task.Delay(ReplyRecovery.Interval, clock, stoppingToken);
        }
    }
}
