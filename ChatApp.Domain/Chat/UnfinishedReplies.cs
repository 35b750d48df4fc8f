using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Idempotency;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ChatApp.Domain.Chat;

/// <summary>Has an interrupted or failed answer, the last message of its session, continued or made again.</summary>
public sealed class UnfinishedReplies(
    IChatDb db, QuotaService quotas, IModelCatalog models, IReplyJournal journal, ReplyFeed feed, IReplyQueue queue, UserSignals signals, TimeProvider clock,
    IOptions<SessionSettings> settings)
{
    /// <summary>Has the model go on where the answer stops: the same message grows.</summary>
    /// <param name="userId">The caller.</param>
    /// <param name="replyId">The unfinished answer.</param>
    /// <param name="idempotencyKey">The client's name for this request: the same one again begins nothing.</param>
    /// <param name="ct">Ends the request.</param>
    /// <exception cref="NotFoundException">The caller has no such answer.</exception>
    /// <exception cref="ConflictException">
    /// The answer is finished, is not the last message, another one is being generated, or the client's key was used for something else.
    /// </exception>
    /// <exception cref="QuotaExceededException">The caller's quota is used up.</exception>
    /// <exception cref="InvalidException">The model that has begun it is not available any more.</exception>
    public Task<ChatMessage> ContinueAsync(Guid userId, Guid replyId, string? idempotencyKey, CancellationToken ct) =>
        BeginAsync(userId, replyId, RequestKey.Of(idempotencyKey, "continue", replyId), (_, old) => old, ct);

    /// <summary>Has the session's model answer again, in a message of its own; the unfinished one is deleted, and can be restored.</summary>
    /// <param name="userId">The caller.</param>
    /// <param name="replyId">The unfinished answer.</param>
    /// <param name="model">The session's model from now on; null leaves it, <see cref="ChatModel.Default"/> leaves it to the app.</param>
    /// <param name="idempotencyKey">The client's name for this request: the same one again begins nothing and gives the first answer.</param>
    /// <param name="ct">Ends the request.</param>
    /// <exception cref="NotFoundException">The caller has no such answer.</exception>
    /// <exception cref="ConflictException">
    /// The answer is finished, is not the last message, another one is being generated, or the client's key was used for something else.
    /// </exception>
    /// <exception cref="QuotaExceededException">The caller's quota is used up.</exception>
    /// <exception cref="InvalidException">There is no such model.</exception>
    public Task<ChatMessage> RetryAsync(Guid userId, Guid replyId, string? model, string? idempotencyKey, CancellationToken ct)
    {
        var name = model is null or ChatModel.Default ? null : models.Get(model).Name;
        return BeginAsync(userId, replyId, RequestKey.Of(idempotencyKey, "retry", replyId, model), (session, old) =>
        {
            session.Model = model is null ? session.Model : name;
            var reply = Replace(session, old);
            reply.Model = session.Model ?? models.Get(null).Name;
            return reply;
        }, ct);
    }

    private async Task<ChatMessage> BeginAsync(
        Guid userId, Guid replyId, RequestKey? request, Func<ChatSession, ChatMessage, ChatMessage> choose, CancellationToken ct)
    {
        // Also if it is deleted, as a retry does: the same request may come again.
        var sessionId = await db.Messages.OwnedBy(userId).Where(m => m.Id == replyId && m.Role == MessageRole.Assistant)
            .Select(m => (Guid?)m.SessionId).FirstOrDefaultAsync(ct) ?? throw new NotFoundException("Message");
        LiveReply? live = null;
        try
        {
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            var now = clock.Now();
            var session = await db.LockSessionAsync(userId, sessionId, now, ct);
            if (request is not null && await db.FindCreatedAsync(userId, request, now, ct) is { } before) // under the lock: of two at once the second sees the first
            {
                return await db.Messages.AsNoTracking().Live().SingleOrDefaultAsync(m => m.Id == before, ct) ?? throw new NotFoundException("Message");
            }
            var old = await FindAsync(replyId, ct);
            var reply = choose(session, old);
            reply.Status = MessageStatus.Generating;
            reply.InstanceId = journal.InstanceId;
            reply.Metadata = MessageDetails.None;
            reply.UpdatedAt = now;
            reply.ReservedTokens = await quotas.MostTokensAsync(session, null, models.Get(reply.Model), "", maxTokens: null, ct);
            session.Touch(now);
            session.KeepAlive(now, settings.Value.TemporaryIdleTimeout);
            if (request is not null)
            {
                db.IdempotencyKeys.Add(request.ToEntity(userId, reply.Id, now));
            }
            live = feed.Open(reply.Id, userId, reply.Content);
            await db.SaveChangesAsync(ct);
            await quotas.ReserveAsync(userId, reply.ReservedTokens, ct);
            await transaction.CommitAsync(ct);
            queue.Enqueue(new ReplyJob(reply, session.Persona, live));
            signals.Raise(userId);
            return reply;
        }
        catch (Exception e) when (Forget(live) && e.IsUniqueViolation)
        {
            throw ChatService.Busy();
        }
    }

    private bool Forget(LiveReply? live)
    {
        if (live is not null)
        {
            feed.Close(live);
        }
        return true;
    }

    private async Task<ChatMessage> FindAsync(Guid replyId, CancellationToken ct)
    {
        var reply = await db.Messages.Live().SingleOrDefaultAsync(m => m.Id == replyId, ct) ?? throw new NotFoundException("Message");
        if (reply.Status is MessageStatus.Generating)
        {
            throw ChatService.Busy();
        }
        var isLast = !await db.Messages.InSession(reply.SessionId).Live().AnyAsync(m => m.Seq > reply.Seq && m.Role != MessageRole.System, ct);
        return isLast && reply.Status is MessageStatus.Interrupted or MessageStatus.Failed
            ? reply
            : throw new ConflictException("Only the last reply of a chat can be continued or retried, and only if it is unfinished.");
    }

    // Without text there is nothing to keep: the same message is tried again.
    private ChatMessage Replace(ChatSession session, ChatMessage old)
    {
        if (old.Content.Length == 0)
        {
            return old;
        }
        var now = clock.Now();
        (old.DeletedAt, old.UpdatedAt) = (now, now);
        session.MessageCount--;
        var reply = new ChatMessage { Id = Guid.CreateVersion7(now), Role = MessageRole.Assistant, CreatedAt = now };
        session.Append(reply);
        db.Messages.Add(reply);
        return reply;
    }
}
