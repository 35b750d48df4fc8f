using ChatApp.Domain.Chat.Generation;
using ChatApp.Domain.Chat.Generation.Tools;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Time;
using ChatApp.Domain.Usage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatApp.Domain.Chat.Replies;

/// <summary>Ends the replies of dead instances as interrupted, with the text that the journal has, and picks up stored requests to stop.</summary>
public sealed partial class ReplyRecovery(
    IServiceScopeFactory scopes, RunningReplies running, IInstances instances, ReplyGenerator generator, TimeProvider clock, ILogger<ReplyRecovery> log)
{
    /// <summary>Between two ticks while no instance is missing.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan MissingInterval = TimeSpan.FromMilliseconds(200);

    // An instance counts as dead when it is missing in this many consecutive ticks: after a network fault a live one needs a moment to reconnect.
    private const int Ticks = 6;

    private Dictionary<Guid, int> _missing = [];
    private bool _journalIsClean;

    /// <summary>Looks once at all generating replies.</summary>
    /// <returns>When to look again.</returns>
    public async Task<TimeSpan> TickAsync(CancellationToken ct)
    {
        var (before, journalIsClean) = (_missing, _journalIsClean);
        (_missing, _journalIsClean) = ([], false);
        // Across all users, to find those with replies that are due. Everything else is done user by user.
        var generating = await scopes.UseAsync((IChatDb db) => db.Messages.AsNoTracking()
            .TagWith("across users: replies that are being generated").Where(m => m.Status == MessageStatus.Generating)
            .Select(m => new { m.UserId, m.Id, m.InstanceId, m.StopRequestedAt }).ToListAsync(ct));
        foreach (var stop in generating.Where(r => r.StopRequestedAt is not null))
        {
            running.FindLocal(stop.Id)?.RequestStop();
        }

        // Of this instance but unknown to it: the transaction was committed although it seemed to have failed.
        foreach (var unknown in generating.Where(r => r.InstanceId == instances.Id && running.FindLocal(r.Id) is null))
        {
            await CloseAsync(unknown.UserId, unknown.Id, ct);
        }

        var others = generating.Where(r => r.InstanceId != instances.Id).ToList();
        var dead = others.Count == 0 ? new HashSet<long>() : await instances.FindDeadAsync([.. others.Select(r => r.InstanceId ?? 0).Distinct()], ct);
        var missing = others.Where(r => r.InstanceId is not { } instance || dead.Contains(instance)).ToList();
        foreach (var reply in missing)
        {
            _missing[reply.Id] = before.GetValueOrDefault(reply.Id) + 1;
            if (_missing[reply.Id] >= Ticks)
            {
                await CloseAsync(reply.UserId, reply.Id, ct);
            }
        }
        if (!journalIsClean)
        {
            await CleanJournalAsync(ct);
        }
        _journalIsClean = true;
        return missing.Count == 0 ? Interval : MissingInterval;
    }

    // At the start, and after each tick that failed: a server that was out of reach may have run statements of the journal late.
    private Task<int> CleanJournalAsync(CancellationToken ct) => scopes.UseAsync((IChatDb db) => db.ReplyDeltas
        .TagWith("across users: what the journal has of replies that have ended")
        .Where(d => db.Messages.Any(m => m.UserId == d.UserId && m.Id == d.MessageId && m.Status != MessageStatus.Generating))
        .ExecuteDeleteAsync(ct));

    private async Task CloseAsync(Guid userId, Guid replyId, CancellationToken ct)
    {
        var run = await scopes.UseAsync(async (IServiceProvider services) =>
        {
            var db = services.GetRequiredService<IChatDb>();
            var reply = await db.Messages.AsNoTracking().OwnedBy(userId).SingleOrDefaultAsync(m => m.Id == replyId && m.Status == MessageStatus.Generating, ct);
            if (reply is null || running.FindLocal(replyId) is not null) // ended in the meantime, and perhaps continued
            {
                return null;
            }
            var deltas = await db.ReplyDeltas.AsNoTracking().Where(d => d.UserId == userId && d.MessageId == replyId)
                .OrderBy(d => d.Position).Select(d => d.Content).ToListAsync(ct);
            var persona = await db.Sessions.Where(s => s.UserId == userId && s.Id == reply.SessionId).Select(s => s.Persona).SingleAsync(ct);
            var recovered = new ReplyRun(reply, persona, new RunningReply(replyId, userId, reply.Content + string.Concat(deltas), ToolCall.Of(reply)));
            await ChargeAsync(recovered, services.GetRequiredService<PromptBuilder>(), ct);
            return recovered;
        });
        if (run is not null)
        {
            run.Interrupt(stopped: run.Reply.StopRequestedAt is not null);
            LogRecovered(replyId, (await generator.CloseAsync(run)).Status);
        }
    }

    // The estimated cost so far: a call for each round of tools, then the one for the reply's text.
    private async Task ChargeAsync(ReplyRun run, PromptBuilder prompts, CancellationToken ct)
    {
        try
        {
            var request = await prompts.BuildAsync(run, [], ct);
            var sent = request.EstimatedTokens;
            foreach (var round in run.Running.ToolCalls.GroupBy(c => c.Round))
            {
                var called = round.Sum(c => TokenEstimator.Count(c.Arguments.GetRawText()));
                Charge(UsagePurpose.Tool, sent, called);
                sent += called + round.Sum(c => TokenEstimator.Count(c.Result ?? ""));
            }
            Charge(UsagePurpose.Reply, sent, TokenEstimator.Count(run.Running.From(run.Reply.Content.Length)));

            void Charge(UsagePurpose purpose, int prompt, int completion) => run.Charge(new(
                Guid.CreateVersion7(clock.Now()), purpose, request.Model.Provider, request.Model.Name, new(prompt, completion, Estimated: true),
                (int)Math.Clamp((clock.Now() - run.Reply.UpdatedAt).TotalMilliseconds, 0, int.MaxValue)));
        }
        catch (InvalidException)
        {
            // Its model is no longer configured: no prompt can be estimated.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Reply {ReplyId} was left by a dead instance; it is {Status} now")]
    private partial void LogRecovered(Guid replyId, MessageStatus status);
}
