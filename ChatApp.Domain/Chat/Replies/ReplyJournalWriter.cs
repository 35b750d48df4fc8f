using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Errors;
using Microsoft.Extensions.Logging;

namespace ChatApp.Domain.Chat.Replies;

/// <summary>Journals the replies of this instance, one statement a tick for all of them together, and publishes what has changed.</summary>
public sealed partial class ReplyJournalWriter(
    RunningReplies running, IReplyJournal journal, IInstances instances, ChangeSignals signals, ILogger<ReplyJournalWriter> log)
{
    /// <summary>Between two ticks; also how much text, in time, a killed process loses at most.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private Task _writing = Task.CompletedTask;

    /// <summary>Writes what is new.</summary>
    public async Task TickAsync(CancellationToken ct)
    {
        // Set before any text is taken: CloseAsync, called after that, waits for this tick.
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _writing = written.Task;
        var changes = signals.TakeUnpublished();
        try
        {
            await WriteAsync(changes, ct);
        }
        catch
        {
            signals.Return(changes);
            throw;
        }
        finally
        {
            written.SetResult();
        }
    }

    /// <summary>Removes a reply from the journal before its end is stored; none of its text is journalled afterwards.</summary>
    public Task CloseAsync(RunningReply reply) => reply.CloseJournal() ? _writing : Task.CompletedTask;

    private async Task WriteAsync(IReadOnlyCollection<SessionChange> changes, CancellationToken ct)
    {
        var deltas = running.Local.Select(reply => (Reply: reply, Delta: reply.TakeUnjournalled())).Where(x => x.Delta is not null).ToList();
        try
        {
            if (deltas.Count > 0)
            {
                await journal.AppendAsync(deltas.ConvertAll(x => x.Delta!), ct);
                deltas.ForEach(x => x.Reply.Journalled(x.Delta!));
            }
            if (deltas.Count + changes.Count > 0)
            {
                await instances.PublishAsync(changes, ct);
            }
        }
        catch (Exception e) when (e.IsDatabaseUnavailable)
        {
            LogWaiting(deltas.Count); // the next tick writes what this one could not
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The journal of {Count} replies cannot be written at the moment")]
    private partial void LogWaiting(int count);
}
