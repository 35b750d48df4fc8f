using System.Runtime.CompilerServices;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Sessions;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Domain.Chat;

/// <summary>An answer, and what it belongs to.</summary>
/// <param name="Message">The answer.</param>
/// <param name="ThreadId">Its session's thread key.</param>
/// <param name="UserMessageId">What it answers; null if that is gone.</param>
public sealed record FoundReply(ChatMessage Message, string ThreadId, Guid? UserMessageId);

/// <summary>Reads an answer from any position, whether it is still growing or long finished.</summary>
public sealed class ReplyReader(IChatDb db, MessageService messages, ReplyFeed feed, TimeProvider clock)
{
    // How often an answer that grows elsewhere is looked at.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Finds the caller's answer; the events follow from <see cref="ReadAsync"/>.</summary>
    /// <exception cref="NotFoundException">The caller has no such answer.</exception>
    public async Task<FoundReply> FindAsync(Guid userId, Guid replyId, CancellationToken ct) =>
        await (from reply in db.Messages.AsNoTracking().OwnedBy(userId).Live()
               join session in db.Sessions.Live() on reply.SessionId equals session.Id
               where reply.Id == replyId && reply.Role == MessageRole.Assistant
               select new FoundReply(reply, session.ThreadId, db.Messages
                   .Where(m => m.SessionId == session.Id && m.DeletedAt == null && m.Seq < reply.Seq && m.Role == MessageRole.User)
                   .OrderByDescending(m => m.Seq).Select(m => (Guid?)m.Id).FirstOrDefault()))
            .FirstOrDefaultAsync(ct) ?? throw new NotFoundException("Message");

    /// <summary>What comes after <paramref name="position"/> UTF-16 units of the answer, up to its end.</summary>
    public async IAsyncEnumerable<ReplyEvent> ReadAsync(ChatMessage reply, int position, [EnumeratorCancellation] CancellationToken ct)
    {
        while (reply.Status == MessageStatus.Generating)
        {
            if (feed.Find(reply.Id) is { } live)
            {
                await foreach (var e in live.ReadAsync(position, ct))
                {
                    yield return e;
                }
                yield break;
            }
            // It has just ended, or another instance writes it.
            reply = await messages.FindAsync(reply.UserId, reply.Id, ct);
            if (reply.Status == MessageStatus.Generating)
            {
                await Task.Delay(Interval, clock, ct);
            }
        }
        if (position < reply.Content.Length)
        {
            yield return new ReplyText(reply.Content[Math.Max(position, 0)..], reply.Content.Length);
        }
        yield return ReplyEnd.Of(reply);
    }
}
