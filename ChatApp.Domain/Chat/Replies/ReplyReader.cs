using System.Runtime.CompilerServices;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Domain.Chat.Replies;

/// <summary>Reads a reply from any position, whether it is still generating or long finished.</summary>
public sealed class ReplyReader(IServiceScopeFactory scopes, RunningReplies running, TimeProvider clock)
{
    /// <summary>Finds a reply of the caller with its session's thread key and the message that it replies to, which may have been deleted.</summary>
    /// <exception cref="NotFoundException">The caller has no such reply.</exception>
    public async Task<(ChatMessage Reply, string ThreadId, Guid? UserMessageId)> FindAsync(Guid userId, Guid replyId, CancellationToken ct)
    {
        var found = await scopes.UseAsync((IChatDb db) =>
        {
            var (sessions, questions) = (db.LiveSessions(userId, clock.Now()), db.Messages.OwnedBy(userId).Live().Where(m => m.Role == MessageRole.User));
            return db.Messages.AsNoTracking().OwnedBy(userId).Live().Where(m => m.Id == replyId && m.Role == MessageRole.Assistant)
                .Join(sessions, m => new { m.UserId, Id = m.SessionId }, s => new { s.UserId, s.Id }, (reply, session) => new
                {
                    Reply = reply,
                    session.ThreadId,
                    UserMessageId = questions.Where(m => m.SessionId == reply.SessionId && m.Seq < reply.Seq)
                        .OrderByDescending(m => m.Seq).Select(m => (Guid?)m.Id).FirstOrDefault(),
                }).FirstOrDefaultAsync(ct);
        }) ?? throw new NotFoundException("Message");
        return (found.Reply, found.ThreadId, found.UserMessageId);
    }

    /// <summary>The events after <paramref name="position"/> UTF-16 units of the reply, up to its end, whichever instance generates it.</summary>
    public async IAsyncEnumerable<ReplyEvent> ReadAsync(ChatMessage reply, int position, [EnumeratorCancellation] CancellationToken ct)
    {
        using var lease = await running.FindAsync(reply, ct);
        if (lease is not null)
        {
            await foreach (var e in lease.Reply.ReadAsync(position, ct))
            {
                yield return e;
            }
            yield break;
        }
        reply = await ReloadAsync(reply, ct);
        if (position < reply.Content.Length)
        {
            yield return new ReplyText(reply.Content[Math.Max(position, 0)..], reply.Content.Length);
        }
        yield return ReplyEnd.Of(reply);
    }

    /// <summary>Waits for a reply's end.</summary>
    /// <returns>The reply as it is stored.</returns>
    public async Task<ChatMessage> EndAsync(ChatMessage reply, CancellationToken ct)
    {
        await foreach (var e in ReadAsync(reply, int.MaxValue, ct))
        {
            if (e is ReplyEnd)
            {
                break;
            }
        }
        return await ReloadAsync(reply, ct);
    }

    private Task<ChatMessage> ReloadAsync(ChatMessage reply, CancellationToken ct) =>
        scopes.UseAsync((MessageService messages) => messages.FindAsync(reply.UserId, reply.Id, ct));
}
