using ChatApp.Domain.Chat.Ports;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatApp.Domain.Chat;

/// <summary>Closes the answers that nobody writes any more, because their process died, with the text that the journal has; and passes on requests to stop.</summary>
public sealed partial class ReplyRecovery(
    IServiceScopeFactory scopes, ReplyFeed feed, IReplyJournal journal, ILogger<ReplyRecovery> log)
{
    /// <summary>Between two looks while nobody seems to be missing.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan NextLookInterval = TimeSpan.FromMilliseconds(200);

    // An instance must be missing in so many looks in a row, all of which worked: when connections are cut, those of the living need a moment too.
    private const int Looks = 6;

    private Dictionary<Guid, int> _missing = [];

    /// <summary>Looks once.</summary>
    /// <returns>When to look again.</returns>
    public async Task<TimeSpan> LookAsync(CancellationToken ct)
    {
        var before = _missing;
        _missing = [];
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IChatDb>();
        var running = await db.Messages.AsNoTracking().TagWith("across users: replies that are being generated").Where(m => m.Status == MessageStatus.Generating)
            .Select(m => new { m.Id, m.UserId, m.InstanceId, m.StopRequestedAt }).ToListAsync(ct);
        foreach (var stop in running.Where(r => r.StopRequestedAt is not null))
        {
            feed.Find(stop.Id)?.RequestStop();
        }

        // Ours, but unknown to us: its transaction was committed when we believed that it had failed.
        foreach (var unknown in running.Where(r => r.InstanceId == journal.InstanceId && feed.Find(r.Id) is null))
        {
            await CloseAsync(unknown.UserId, unknown.Id, ct);
        }

        var others = running.Where(r => r.InstanceId != journal.InstanceId).ToList();
        var dead = others.Count == 0 ? new HashSet<long>() : await journal.FindDeadAsync([.. others.Select(r => r.InstanceId ?? 0).Distinct()], ct);
        var missing = others.Where(r => r.InstanceId is not { } instance || dead.Contains(instance))
            .ToDictionary(r => r.Id, r => before.GetValueOrDefault(r.Id) + 1);
        foreach (var left in others.Where(r => missing.GetValueOrDefault(r.Id) >= Looks))
        {
            await CloseAsync(left.UserId, left.Id, ct);
        }
        _missing = missing;
        return missing.Count == 0 ? Interval : NextLookInterval;
    }

    private async Task CloseAsync(Guid userId, Guid replyId, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IChatDb>();
        var reply = await db.Messages.AsNoTracking().OwnedBy(userId).SingleOrDefaultAsync(m => m.Id == replyId && m.Status == MessageStatus.Generating, ct);
        if (reply is null || feed.Find(replyId) is not null) // ended in the meantime, and perhaps continued
        {
            return;
        }
        var pieces = await db.ReplyDeltas.AsNoTracking().Where(d => d.UserId == userId && d.MessageId == replyId).OrderBy(d => d.Position).Select(d => d.Content).ToListAsync(ct);
        var draft = await scope.ServiceProvider.GetRequiredService<ReplyPreparation>().RecoverAsync(reply, reply.Content + string.Concat(pieces), ct);
        draft.Interrupt();
        var end = await scope.ServiceProvider.GetRequiredService<ReplyCloser>().CloseAsync(draft, ct);
        LogRecovered(replyId, end.Status);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Reply {ReplyId} was left by an instance that is gone; it is {Status} now")]
    private partial void LogRecovered(Guid replyId, MessageStatus status);
}
