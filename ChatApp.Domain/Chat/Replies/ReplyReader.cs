using System.Runtime.CompilerServices;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Domain.Chat.Replies;

/// <summary>Reads a reply from any position, whether it is still generating or long finished.</summary>
/// <remarks>A finished reply is read in pieces, each when the subscriber has taken the one before: one that stalls keeps no more than a piece in memory.</remarks>
public sealed class ReplyReader(IServiceScopeFactory scopes, RunningReplies running, TimeProvider clock)
{
    /// <summary>
    /// Finds a reply of the caller with its session's thread key and the message that it replies to, which may have been deleted. Its text is included only
    /// while it is generated.
    /// </summary>
    /// <exception cref="NotFoundException">The caller has no such reply.</exception>
    public async Task<(ChatMessage Reply, string ThreadId, Guid? UserMessageId)> FindAsync(Guid userId, Guid replyId, CancellationToken ct)
    {
        var found = await scopes.UseAsync((IChatDb db) =>
        {
            var (sessions, questions) = (db.LiveSessions(userId, clock.Now()), db.Messages.OwnedBy(userId).Live().Where(m => m.Role == MessageRole.User));
            return db.Messages.AsNoTracking().OwnedBy(userId).Live().Where(m => m.Id == replyId && m.Role == MessageRole.Assistant)
                .Join(sessions, m => new { m.UserId, Id = m.SessionId }, s => new { s.UserId, s.Id }, (reply, session) => new
                {
                    Reply = new ChatMessage
                    {
                        Id = reply.Id,
                        SessionId = reply.SessionId,
                        UserId = reply.UserId,
                        Seq = reply.Seq,
                        Role = reply.Role,
                        Content = reply.Status == MessageStatus.Generating ? reply.Content : "",
                        Status = reply.Status,
                        ToolCalls = reply.ToolCalls,
                        CreatedAt = reply.CreatedAt,
                    },
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
        var (seen, read) = (0, 0);
        while (true)
        {
            // Someone who has everything wants the end only.
            var length = position == int.MaxValue ? 0 : RunningReply.PieceLength;
            var piece = await ReadPieceAsync(reply.UserId, reply.Id, read, length, ct);
            var text = piece.Content;
            (seen, read) = (seen + text.Length, read + length);
            if (seen > position)
            {
                yield return new ReplyText(text[Math.Max(position - (seen - text.Length), 0)..], seen);
            }
            if (text.Length < length || length == 0)
            {
                yield return ReplyEnd.Of(piece);
                yield break;
            }
        }
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

    // The database counts characters, of which each has one or two UTF-16 units: a piece of fewer units is the last one.
    private async Task<ChatMessage> ReadPieceAsync(Guid userId, Guid replyId, int from, int length, CancellationToken ct) => await scopes.UseAsync((IChatDb db) =>
        db.LiveMessages(userId, clock.Now()).AsNoTracking().Where(m => m.Id == replyId).Select(m => new ChatMessage
        {
            Id = m.Id,
            SessionId = m.SessionId,
            UserId = m.UserId,
            Seq = m.Seq,
            Role = m.Role,
            Content = m.Content.Substring(from, length),
            Status = m.Status,
            PromptTokens = m.PromptTokens,
            CompletionTokens = m.CompletionTokens,
            UsageEstimated = m.UsageEstimated,
            Metadata = m.Metadata,
            CreatedAt = m.CreatedAt,
        }).FirstOrDefaultAsync(ct)) ?? throw new NotFoundException("Message");
}
