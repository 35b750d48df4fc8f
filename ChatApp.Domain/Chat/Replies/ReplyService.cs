using ChatApp.Domain.Chat.Generation;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Idempotency;
using ChatApp.Domain.Models;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Time;
using ChatApp.Domain.Usage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ChatApp.Domain.Chat.Replies;

/// <summary>Stops replies, and continues or retries the last reply of a session when it was interrupted or failed.</summary>
public sealed class ReplyService(
    IChatDb db, IReplyStore store, SessionService sessions, QuotaService quotas, IModelCatalog models, IInstances instances, RunningReplies running, ReplyReader replies,
    ReplyGenerator generator, TimeProvider clock, IOptions<ChatSettings> settings)
{
    // A hanging provider does not delay this, only an unavailable database or instance.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Stops the reply that is being generated in a session, on whichever instance, and waits until its end is stored.</summary>
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
        await RequestStopAsync(reply, ct);
        await WaitAsync(reply, ct);
        return await sessions.FindAsync(userId, SessionKey.Of(session.Id), ct);
    }

    /// <summary>Stops all replies of a user, on whichever instances, and waits until their ends are stored.</summary>
    /// <returns>Whether none is being generated any more; false if an instance does not respond.</returns>
    public async Task<bool> StopAllAsync(Guid userId, CancellationToken ct)
    {
        var generating = await db.Messages.AsNoTracking().OwnedBy(userId).Where(m => m.Status == MessageStatus.Generating).ToListAsync(ct);
        foreach (var reply in generating)
        {
            await RequestStopAsync(reply, ct);
        }
        foreach (var reply in generating)
        {
            await WaitAsync(reply, ct);
        }
        return !await db.Messages.OwnedBy(userId).AnyAsync(m => m.Status == MessageStatus.Generating, ct);
    }

    private async Task RequestStopAsync(ChatMessage reply, CancellationToken ct)
    {
        if (running.FindLocal(reply.Id) is { } local)
        {
            local.RequestStop();
            return;
        }
        // Stored as well, in case the published message is lost.
        await db.Messages.OwnedBy(reply.UserId).Where(m => m.Id == reply.Id && m.Status == MessageStatus.Generating)
            .ExecuteUpdateAsync(m => m.SetProperty(x => x.StopRequestedAt, clock.Now()), ct);
        await instances.PublishStopAsync(reply.Id, ct);
    }

    /// <summary>Lets the model continue the reply where it ends: the same message grows.</summary>
    /// <param name="userId">The caller.</param>
    /// <param name="replyId">The unfinished reply.</param>
    /// <param name="idempotencyKey">The client's idempotency key: the same one again starts nothing.</param>
    /// <param name="ct">Ends the request.</param>
    /// <exception cref="NotFoundException">The caller has no such reply.</exception>
    /// <exception cref="ConflictException">
    /// The reply is finished, is not the last message, another one is being generated, or the idempotency key was used for another request.
    /// </exception>
    /// <exception cref="QuotaExceededException">The caller's quota is used up.</exception>
    /// <exception cref="TooManyException">As many replies are being generated for the caller as may be.</exception>
    /// <exception cref="InvalidException">The model that started it is no longer available.</exception>
    public Task<ChatMessage> ContinueAsync(Guid userId, Guid replyId, string? idempotencyKey, CancellationToken ct) =>
        RestartAsync(userId, replyId, RequestKey.Of(idempotencyKey, "continue", replyId), (_, old, _) => old, ct);

    /// <summary>Lets the session's model reply again, in a new message; the unfinished reply is deleted, and can be restored.</summary>
    /// <param name="userId">The caller.</param>
    /// <param name="replyId">The unfinished reply.</param>
    /// <param name="model">The session's model from now on; null leaves it, <see cref="ChatModel.Default"/> leaves the choice to the app.</param>
    /// <param name="idempotencyKey">The client's idempotency key: the same one again starts nothing and returns the first result.</param>
    /// <param name="ct">Ends the request.</param>
    /// <exception cref="NotFoundException">The caller has no such reply.</exception>
    /// <exception cref="ConflictException">
    /// The reply is finished, is not the last message, another one is being generated, or the idempotency key was used for another request.
    /// </exception>
    /// <exception cref="QuotaExceededException">The caller's quota is used up.</exception>
    /// <exception cref="TooManyException">As many replies are being generated for the caller as may be.</exception>
    /// <exception cref="InvalidException">There is no such model.</exception>
    public async Task<ChatMessage> RetryAsync(Guid userId, Guid replyId, string? model, string? idempotencyKey, CancellationToken ct)
    {
        var name = model is null or ChatModel.Default ? null : (await models.FindAsync(model, ct)).Name;
        return await RestartAsync(userId, replyId, RequestKey.Of(idempotencyKey, "retry", replyId, model), (session, old, now) =>
        {
            session.Model = model is null ? session.Model : name;
            var reply = Replace(session, old, now);
            reply.Model = session.Model ?? models.Get(null).Name;
            return reply;
        }, ct);
    }

    private async Task<ChatMessage> RestartAsync(
        Guid userId, Guid replyId, RequestKey? request, Func<ChatSession, ChatMessage, DateTimeOffset, ChatMessage> choose, CancellationToken ct)
    {
        // Also a deleted one, which a retry leaves behind: the same request may be repeated.
        var sessionId = await db.Messages.OwnedBy(userId).Where(m => m.Id == replyId && m.Role == MessageRole.Assistant)
            .Select(m => (Guid?)m.SessionId).FirstOrDefaultAsync(ct) ?? throw new NotFoundException("Message");
        RunningReply? opened = null;
        try
        {
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            var now = clock.Now();
            var session = await db.LockSessionAsync(userId, sessionId, now, ct);
            if (request is not null && await db.FindCreatedAsync(userId, request, now, ct) is { } before) // under the lock, so that a concurrent repetition sees the first
            {
                return await db.Messages.AsNoTracking().OwnedBy(userId).Live().SingleOrDefaultAsync(m => m.Id == before, ct) ?? throw new NotFoundException("Message");
            }
            var reply = choose(session, await FindUnfinishedAsync(userId, replyId, ct), now);
            if (await store.CountGeneratingAsync(userId, ct) >= settings.Value.MaxGeneratingReplies)
            {
                throw ChatService.TooMany();
            }
            reply.Status = MessageStatus.Generating;
            reply.InstanceId = instances.Id;
            reply.Metadata = MessageDetails.None;
            reply.UpdatedAt = now;
            reply.ReservedTokens = await quotas.LeastTokensAsync(session, null, await models.FindAsync(reply.Model, ct), "", maxTokens: null, ct);
            session.Touch(now);
            session.ExpiresAt = null; // it does not expire while the reply is generated
            if (request is not null)
            {
                db.IdempotencyKeys.Add(request.ToEntity(userId, reply.Id, now));
            }
            opened = generator.Open(reply.Id, userId, reply);
            await db.SaveChangesAsync(ct);
            await quotas.ReserveAsync(userId, reply.ReservedTokens, ct); // after the session, the order in which a reply's end locks them
            await transaction.CommitAsync(CancellationToken.None);
            generator.Start(new ReplyRun(reply, session.Persona, opened));
            return reply;
        }
        catch (Exception e) when (Abandon(opened) && e.Violates(ChatMessage.GeneratingIndex))
        {
            throw ChatService.Busy();
        }
    }

    private bool Abandon(RunningReply? opened)
    {
        if (opened is not null)
        {
            generator.Abandon(opened);
        }
        return true;
    }

    private async Task<ChatMessage> FindUnfinishedAsync(Guid userId, Guid replyId, CancellationToken ct)
    {
        var reply = await db.Messages.OwnedBy(userId).Live().SingleOrDefaultAsync(m => m.Id == replyId, ct) ?? throw new NotFoundException("Message");
        if (reply.Status is MessageStatus.Generating)
        {
            throw ChatService.Busy();
        }
        var isLast = !await db.Messages.InSession(userId, reply.SessionId).Live().AnyAsync(m => m.Seq > reply.Seq && m.Role != MessageRole.System, ct);
        return isLast && reply.Status is MessageStatus.Interrupted or MessageStatus.Failed
            ? reply
            : throw new ConflictException("Only the last reply of a chat can be continued or retried, and only if it is unfinished.");
    }

    // A reply without text has nothing to keep: the same message is used again.
    private ChatMessage Replace(ChatSession session, ChatMessage old, DateTimeOffset now)
    {
        if (old.Content.Length == 0)
        {
            return old;
        }
        (old.DeletedAt, old.UpdatedAt) = (now, now);
        session.MessageCount--;
        var reply = session.Append(MessageRole.Assistant, "", now);
        db.Messages.Add(reply);
        return reply;
    }

    private async Task WaitAsync(ChatMessage reply, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(StopTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        try
        {
            await replies.EndAsync(reply, either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
        }
        catch (NotFoundException)
        {
            // It has ended and was deleted in the meantime.
        }
    }
}
