using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Domain.Chat;

/// <summary>Stops answers.</summary>
public sealed class ReplyControl(
    IChatDb db, SessionService sessions, ReplyReader replies, IReplyJournal journal, ReplyFeed feed, TimeProvider clock)
{
    // A hanging provider holds nobody up, so this is for a database or an instance that is in trouble.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Stops the answer that is being written in a session, on whichever instance, and waits until it is stored.</summary>
    /// <returns>The session.</returns>
    /// <exception cref="NotFoundException">The caller has no such live session.</exception>
    public async Task<ChatSession> StopAsync(Guid userId, SessionKey? key, CancellationToken ct)
    {
        var session = await sessions.OpenAsync(userId, key, ct);
        var reply = await db.Messages.AsNoTracking().InSession(userId, session.Id).FirstOrDefaultAsync(m => m.Status == MessageStatus.Generating, ct);
        if (reply is null)
        {
            return session;
        }
        if (feed.Find(reply.Id) is { } here)
        {
            here.RequestStop();
        }
        else
        {
            // Stored, so that it is not lost when the call is.
            await db.Messages.Where(m => m.UserId == userId && m.Id == reply.Id && m.Status == MessageStatus.Generating)
                .ExecuteUpdateAsync(m => m.SetProperty(x => x.StopRequestedAt, clock.Now()), ct);
            await journal.RequestStopAsync(reply.Id, ct);
        }
        await WaitAsync(reply, ct);
        return await sessions.FindAsync(userId, SessionKey.Of(session.Id), ct);
    }

    private async Task WaitAsync(ChatMessage reply, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        try
        {
            await replies.EndAsync(reply, either.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
        }
        catch (NotFoundException)
        {
            // It has ended, and somebody has deleted it in the same moment.
        }
    }
}
