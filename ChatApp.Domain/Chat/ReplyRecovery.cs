using ChatApp.Domain.Chat.Ports;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatApp.Domain.Chat;

/// <summary>Closes the answers that nobody writes any more, because their process died, with the text that the journal has; and passes on requests to stop.</summary>
public sealed partial class ReplyRecovery(
    IServiceScopeFactory scopes, ReplyFeed feed, IReplyJournal journal, ILogger<ReplyRecovery> log)
{
    /// <summary>Between two looks. An instance must be missing in both: one that reconnects to a restarted database is missing for a moment.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private HashSet<Guid> _suspects = [];

    /// <summary>Looks once.</summary>
    public async Task LookAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IChatDb>();
        var running = await db.Messages.AsNoTracking().Where(m => m.Status == MessageStatus.Generating)
            .Select(m => new { m.Id, m.InstanceId, m.StopRequestedAt }).ToListAsync(ct);
        foreach (var stop in running.Where(r => r.StopRequestedAt is not null))
        {
            feed.Find(stop.Id)?.RequestStop();
        }

        var others = running.Where(r => r.InstanceId != journal.InstanceId).ToList();
        var dead = others.Count == 0 ? new HashSet<long>() : await journal.FindDeadAsync([.. others.Select(r => r.InstanceId ?? 0).Distinct()], ct);
        var orphans = others.Where(r => r.InstanceId is not { } instance || dead.Contains(instance))
            // Ours, but unknown to us: its transaction was committed when we believed that it had failed.
            .Concat(running.Where(r => r.InstanceId == journal.InstanceId && feed.Find(r.Id) is null))
            .Select(r => r.Id).ToHashSet();

        foreach (var id in orphans.Where(_suspects.Contains))
        {
            await CloseAsync(id, ct);
        }
        _suspects = orphans;
    }

    private async Task CloseAsync(Guid replyId, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IChatDb>();
        var reply = await db.Messages.AsNoTracking().SingleOrDefaultAsync(m => m.Id == replyId && m.Status == MessageStatus.Generating, ct);
        if (reply is null)
        {
            return;
        }
        var pieces = await db.ReplyDeltas.AsNoTracking().Where(d => d.MessageId == replyId).OrderBy(d => d.Position).Select(d => d.Content).ToListAsync(ct);
        var draft = await scope.ServiceProvider.GetRequiredService<ReplyPreparation>().RecoverAsync(reply, reply.Content + string.Concat(pieces), ct);
        draft.Interrupt();
        var end = await scope.ServiceProvider.GetRequiredService<ReplyCloser>().CloseAsync(draft, ct);
        LogRecovered(replyId, end.Status);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Reply {ReplyId} was left by an instance that is gone; it is {Status} now")]
    private partial void LogRecovered(Guid replyId, MessageStatus status);
}
