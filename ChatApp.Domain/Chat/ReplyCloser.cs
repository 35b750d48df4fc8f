using ChatApp.Domain.Sessions;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ChatApp.Domain.Chat;

/// <summary>Stores the end of an answer: message, ledger, the user's totals, the session's time and the journal's end, in one transaction.</summary>
public sealed class ReplyCloser(IChatDb db, JournalWriter journal, UserSignals signals, TimeProvider clock, IOptions<SessionSettings> settings)
{
    /// <summary>Ends the answer unless it has been ended already: a compare-and-set on its status and its instance, so that one ending wins.</summary>
    /// <returns>The end that is stored, whoever stored it.</returns>
    public async Task<ReplyEnd> CloseAsync(ReplyDraft draft, CancellationToken ct)
    {
        await journal.CloseAsync(draft.Job.Live);
        if (await db.CloseAsync(draft, clock.Now(), settings.Value.TemporaryIdleTimeout, ct))
        {
            signals.Raise(draft.Job.Reply.UserId);
            return new(draft.Status, draft.Usage(), draft.Details.Error, draft.Details.ErrorCode) { IsTruncated = draft.Details.Truncated };
        }
        return await db.Messages.AsNoTracking().OwnedBy(draft.Job.Reply.UserId).FirstOrDefaultAsync(m => m.Id == draft.Job.Reply.Id, ct) is { } stored
            ? ReplyEnd.Of(stored)
            : new(MessageStatus.Interrupted, null, null, null); // removed for good in the meantime
    }
}
