using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Idempotency;
using ChatApp.Domain.Personas;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ChatApp.Domain.Chat;

/// <summary>A message that a user sends.</summary>
public sealed record NewMessage(string Content)
{
    /// <summary>The session's model from this message on; null leaves it, <see cref="ChatModel.Default"/> leaves it to the app.</summary>
    public string? Model { get; init; }

    /// <summary>The session's persona from this message on; null leaves it.</summary>
    public string? Persona { get; init; }

    /// <summary>How the answer is to be made, where the sender knows better than the persona; null: as the persona says.</summary>
    public ReplyOptions? Options { get; init; }

    /// <summary>The client's name for this sending: the same one again stores nothing and gives the first answer.</summary>
    public string? IdempotencyKey { get; init; }
}

/// <summary>A message that is stored, and the answer that is on its way.</summary>
public sealed record AcceptedMessage(ChatSession Session, ChatMessage Message, ChatMessage Reply);

/// <summary>Accepts messages: what is accepted is committed, and committed is promised.</summary>
public sealed class ChatService(
    IChatDb db, SessionService sessions, QuotaService quotas, PersonaCatalog personas, IModelCatalog models, IReplyJournal journal,
    ReplyFeed feed, IReplyQueue queue, UserSignals signals, TimeProvider clock, IOptions<ChatSettings> settings, IOptions<SessionSettings> sessionSettings)
{
    /// <summary>Stores the message and an empty answer in one transaction, then has the answer generated whether or not anybody waits for it.</summary>
    /// <param name="userId">The caller.</param>
    /// <param name="key">The session; null: the caller's default one.</param>
    /// <param name="input">The message.</param>
    /// <param name="ct">Ends the request; an accepted message is not affected.</param>
    /// <exception cref="InvalidException">The text is blank, too long or cannot be stored; there is no such persona or model.</exception>
    /// <exception cref="NotFoundException">The caller has no such live session.</exception>
    /// <exception cref="ConflictException">An answer is being generated in this session, or the client's key was used for something else.</exception>
    /// <exception cref="QuotaExceededException">The caller's quota is used up.</exception>
    public async Task<AcceptedMessage> AcceptAsync(Guid userId, SessionKey? key, NewMessage input, CancellationToken ct)
    {
        var model = Check(input);
        var now = clock.Now();
        var request = RequestKey.Of(input.IdempotencyKey, "message", key?.Value, input.Content, input.Model, input.Persona);
        if (request is not null && await FindAcceptedAsync(userId, request, now, ct) is { } before)
        {
            return before;
        }
        var how = new Acceptance(
            input.Persona is null ? null : personas.Require(input.Persona), input.Model is null or ChatModel.Default ? input.Model : model.Name,
            SessionTitles.From(input.Content), sessionSettings.Value.TemporaryIdleTimeout, request)
        { Options = input.Options };
        var message = new ChatMessage { Id = Guid.CreateVersion7(now), UserId = userId, Content = input.Content, CreatedAt = now, UpdatedAt = now };
        var reply = new ChatMessage
        {
            Id = Guid.CreateVersion7(now),
            UserId = userId,
            Role = MessageRole.Assistant,
            Status = MessageStatus.Generating,
            Model = model.Name,
            InstanceId = journal.InstanceId,
            CreatedAt = now,
            UpdatedAt = now,
        };
        var live = feed.Open(reply.Id, userId);
        try
        {
            var session = await StoreAsync(userId, key, message, reply, how, model, ct);
            (message.SessionId, message.Seq, reply.SessionId, reply.Seq) = (session.Id, session.NextSeq - 2, session.Id, session.NextSeq - 1);
            reply.Model = session.Model ?? reply.Model;
            queue.Enqueue(new ReplyJob(reply, session.Persona, live) { Options = input.Options });
            signals.Raise(userId);
            return new(session, message, reply);
        }
        catch (Exception e) when (e.IsUniqueViolation)
        {
            feed.Close(live);
            // Either the same key in a request at the same time, or the index that allows one generating message a session.
            return request is not null && await FindAcceptedAsync(userId, request, now, ct) is { } winner ? winner : throw Busy();
        }
        catch
        {
            feed.Close(live);
            throw;
        }
    }

    /// <summary>Checks what can be said of a message before it is sent anywhere.</summary>
    /// <returns>The model that will be asked.</returns>
    /// <exception cref="InvalidException">The text is blank, too long or cannot be stored; there is no such model.</exception>
    internal ChatModel Check(NewMessage input)
    {
        MessageRules.Check(input.Content, settings.Value.MaxMessageLength);
        return models.Get(input.Model);
    }

    internal static ConflictException Busy() => new("A reply is being written in this chat. Wait for it or stop it first.");

    private async Task<ChatSession> StoreAsync(
        Guid userId, SessionKey? key, ChatMessage message, ChatMessage reply, Acceptance how, ChatModel model, CancellationToken ct)
    {
        var named = key ?? new(ChatSession.DefaultThreadId(userId));
        // Not given up when the client leaves: it may have happened all the same, and then the message must be answered.
        return (named.IsPossible ? await db.AcceptAsync(userId, named, message, reply, how, reserved: null, CancellationToken.None) : null)
            ?? await StoreReservedAsync(await sessions.OpenAsync(userId, key, ct), message, reply, how, model, ct);
    }

    // The way of users with a quota, and of a default session's first message.
    private async Task<ChatSession> StoreReservedAsync(
        ChatSession session, ChatMessage message, ChatMessage reply, Acceptance how, ChatModel model, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var asked = how.Model is null && session.Model is not null ? models.Get(session.Model) : model;
        reply.ReservedTokens = await quotas.MostTokensAsync(session, how.Persona, asked, message.Content, how.Options?.MaxTokens, ct);
        var stored = await db.AcceptAsync(session.UserId, SessionKey.Of(session.Id), message, reply, how, reply.ReservedTokens, ct)
            ?? throw new NotFoundException("Session");
        await quotas.ReserveAsync(session.UserId, reply.ReservedTokens, ct); // after the session, as an answer's end locks them
        await transaction.CommitAsync(CancellationToken.None); // as above
        return stored;
    }

    private async Task<AcceptedMessage?> FindAcceptedAsync(Guid userId, RequestKey request, DateTimeOffset now, CancellationToken ct)
    {
        if (await db.FindCreatedAsync(userId, request, now, ct) is not { } replyId)
        {
            return null;
        }
        var reply = await db.Messages.AsNoTracking().FirstOrDefaultAsync(m => m.Id == replyId, ct) ?? throw new NotFoundException("Message");
        var message = await db.Messages.AsNoTracking().FirstAsync(m => m.SessionId == reply.SessionId && m.Seq == reply.Seq - 1, ct);
        return new(await sessions.FindAsync(userId, SessionKey.Of(reply.SessionId), ct), message, reply);
    }
}
