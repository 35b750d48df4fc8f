using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Errors;
using Microsoft.Extensions.Logging;

namespace ChatApp.Domain.Chat;

/// <summary>Journals the running answers: one statement a tick for all of them together, never a write a token.</summary>
public sealed partial class JournalWriter(ReplyFeed feed, IReplyJournal journal, UserSignals signals, TimeProvider clock, ILogger<JournalWriter> log)
{
    /// <summary>The most text, in time, that a killed process loses.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private Task _writing = Task.CompletedTask;

    /// <summary>Writes until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            await Task.Delay(Interval, clock, ct);
            // Known before any piece is taken: whoever takes an answer out of the journal after that waits for this tick.
            var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _writing = written.Task;
            try
            {
                await WriteAsync(ct);
            }
            finally
            {
                written.SetResult();
            }
        }
    }

    /// <summary>Takes an answer out of the journal before its end is stored; afterwards nothing of it is written any more.</summary>
    public Task CloseAsync(LiveReply reply) => reply.CloseJournal() ? _writing : Task.CompletedTask;

    private async Task WriteAsync(CancellationToken ct)
    {
        var pieces = feed.All.Select(reply => (reply, piece: reply.TakeUnjournalled())).Where(x => x.piece is not null).ToList();
        var changed = signals.TakeRaised();
        try
        {
            if (pieces.Count > 0)
            {
                await journal.AppendAsync([.. pieces.Select(x => x.piece!)], ct);
                pieces.ForEach(x => x.reply.Journalled(x.piece!));
            }
            if (pieces.Count + changed.Count > 0)
            {
                await journal.WakeAsync(changed, ct);
            }
        }
        catch (Exception e)
        {
            signals.GiveBack(changed);
            if (!e.IsDatabaseUnavailable)
            {
                throw;
            }
            LogWaiting(pieces.Count); // the next tick writes what this one could not
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The journal of {Count} answers cannot be written at the moment")]
    private partial void LogWaiting(int count);
}
