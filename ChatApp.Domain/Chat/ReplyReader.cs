using System.Runtime.CompilerServices;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Domain.Chat;

/// <summary>An answer, and what it belongs to.</summary>
/// <param name="Message">The answer.</param>
/// <param name="ThreadId">Its session's thread key.</param>
/// <param name="UserMessageId">What it answers; null if that is gone.</param>
public sealed record FoundReply(ChatMessage Message, string ThreadId, Guid? UserMessageId);

/// <summary>Reads an answer from any position, whether it is still growing or long finished.</summary>
public sealed class ReplyReader(IServiceScopeFactory scopes, ReplyFeed feed, ReplyFollower follower, TimeProvider clock)
{
    /// <summary>Finds the caller's answer; the events follow from <see cref="ReadAsync"/>.</summary>
    /// <exception cref="NotFoundException">The caller has no such answer.</exception>
    public Task<FoundReply> FindAsync(Guid userId, Guid replyId, CancellationToken ct) => scopes.UseAsync(async (IChatDb db) =>
        await (from reply in db.Messages.AsNoTracking().OwnedBy(userId).Live()
               join session in db.LiveSessions(userId, clock.Now()) on new { reply.UserId, Id = reply.SessionId } equals new { session.UserId, session.Id }
               where reply.Id == replyId && reply.Role == MessageRole.Assistant
               select new FoundReply(reply, session.ThreadId, db.Messages
                   .Where(m => m.UserId == userId && m.SessionId == session.Id && m.DeletedAt == null && m.Seq < reply.Seq && m.Role == MessageRole.User)
                   .OrderByDescending(m => m.Seq).Select(m => (Guid?)m.Id).FirstOrDefault()))
            .FirstOrDefaultAsync(ct) ?? throw new NotFoundException("Message"));

    /// <summary>What comes after <paramref name="position"/> UTF-16 units of the answer, up to its end; on whichever instance it is written.</summary>
    public async IAsyncEnumerable<ReplyEvent> ReadAsync(ChatMessage reply, int position, [EnumeratorCancellation] CancellationToken ct)
    {
        using var lease = await AttachAsync(reply, ct);
        if (lease is not null)
        {
            await foreach (var e in lease.Live.ReadAsync(position, ct))
            {
                yield return e;
            }
            yield break;
        }
        reply = await ReadAgainAsync(reply, ct);
        if (position < reply.Content.Length)
        {
            yield return new ReplyText(reply.Content[Math.Max(position, 0)..], reply.Content.Length);
        }
        yield return ReplyEnd.Of(reply);
    }

    /// <summary>The growing answer, on whichever instance it is written; null if it has ended.</summary>
    public async Task<ReplyFollower.Lease?> AttachAsync(ChatMessage reply, CancellationToken ct)
    {
        if (feed.Find(reply.Id) is { } here)
        {
            return new(here, follower: null);
        }
        // It may have ended just now.
        var isGenerating = reply.Status == MessageStatus.Generating && (await ReadAgainAsync(reply, ct)).Status == MessageStatus.Generating;
        return isGenerating ? follower.Join(reply) : null;
    }

    /// <summary>Waits for an answer's end.</summary>
    /// <returns>The answer as it is stored.</returns>
    public async Task<ChatMessage> EndAsync(ChatMessage reply, CancellationToken ct)
    {
        await foreach (var e in ReadAsync(reply, int.MaxValue, ct))
        {
            if (e is ReplyEnd)
            {
                break;
            }
        }
        return await ReadAgainAsync(reply, ct);
    }

    private Task<ChatMessage> ReadAgainAsync(ChatMessage reply, CancellationToken ct) =>
        scopes.UseAsync((MessageService messages) => messages.FindAsync(reply.UserId, reply.Id, ct));
}
