using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Ports;

namespace ChatApp.Web.Background;

/// <summary>Looks after answers that were left behind, from the start on, and stops those that others want stopped.</summary>
public sealed class RecoveryWorker(ReplyRecovery recovery, IReplyJournal journal, ReplyFeed feed, TimeProvider clock, ILogger<RecoveryWorker> log)
    : RepeatedWork(clock, log)
{
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        journal.StopRequested += replyId => feed.Find(replyId)?.RequestStop();
        return base.StartAsync(cancellationToken);
    }

    protected override Task<TimeSpan> DoAsync(CancellationToken ct) => recovery.LookAsync(ct);
}
