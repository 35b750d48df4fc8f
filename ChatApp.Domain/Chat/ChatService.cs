using ChatApp.Domain.Chat.Generation;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Idempotency;
using ChatApp.Domain.Models;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Time;
using ChatApp.Domain.Usage;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace ChatApp.Domain.Chat;

/// <summary>A message that a user sends.</summary>
public sealed record NewMessage(string Content)
{
    /// <summary>The session's model from this message on; null leaves it, <see cref="ChatModel.Default"/> leaves the choice to the app.</summary>
    public string? Model { get; init; }

    /// <summary>The session's persona from this message on; null leaves it.</summary>
    public string? Persona { get; init; }

    /// <summary>A program's temperature and maximum of output tokens, instead of the persona's; then no tools are offered. Null: as the persona says.</summary>
    public ChatOptions? Options { get; init; }

    /// <summary>The client's idempotency key: the same one again stores nothing and returns the first result.</summary>
    public string? IdempotencyKey { get; init; }
}

/// <summary>A message that is stored, and the reply that is being generated.</summary>
public sealed record AcceptedMessage(ChatSession Session, ChatMessage Message, ChatMessage Reply);

/// <summary>Accepts messages. An accepted message is committed and will get a reply.</summary>
public sealed class ChatService(
    IReplyStore store, SessionService sessions, MessageService messages, MessageRules rules, IModelCatalog models, QuotaService quotas, ReplyGenerator generator, TimeProvider clock,
    IOptions<ChatSettings> settings)
{
    /// <summary>Stores the message and an empty reply in one transaction, then starts generating the reply, which no longer depends on the request.</summary>
    /// <param name="userId">The caller.</param>
    /// <param name="key">The session; null: the caller's default one.</param>
    /// <param name="input">The message.</param>
    /// <param name="ct">Ends the request; an accepted message is not affected.</param>
    /// <exception cref="InvalidException">The text is blank, too long or cannot be stored; there is no such persona or model.</exception>
    /// <exception cref="NotFoundException">The caller has no such live session.</exception>
    /// <exception cref="ConflictException">A reply is being generated in this session, or the idempotency key was used for another request.</exception>
    /// <exception cref="QuotaExceededException">The caller's quota is used up.</exception>
    /// <exception cref="TooManyException">As many replies are being generated for the caller as may be.</exception>
    public async Task<AcceptedMessage> AcceptAsync(Guid userId, SessionKey? key, NewMessage input, CancellationToken ct)
    {
        var (model, now) = (await rules.CheckAsync(input, ct), clock.Now());
        var request = RequestKey.Of(input.IdempotencyKey, "message", key?.Value, input.Content, input.Model, input.Persona);
        if (request is not null && await messages.FindAcceptedAsync(userId, request, ct) is { } before)
        {
            return before;
        }
        var named = key ?? new(ChatSession.DefaultThreadId(userId));
        var acceptance = new Acceptance(userId, named, input.Content, Guid.CreateVersion7(now), model.Name, now)
        {
            Persona = input.Persona,
            SessionModel = input.Model is null or ChatModel.Default ? input.Model : model.Name,
            Title = SessionTitles.From(input.Content),
            Request = request,
            MaxGenerating = settings.Value.MaxGeneratingReplies,
        };
        var reply = generator.Open(acceptance.ReplyId, userId);
        try
        {
            var (outcome, stored) = named.IsPossible ? await store.AcceptAsync(acceptance, ct) : (AcceptOutcome.NoSuchSession, null);
            if (outcome is AcceptOutcome.NoSuchSession or AcceptOutcome.ReservationRequired)
            {
                var session = await sessions.OpenAsync(userId, key, ct); // the default session is created when it is first needed
                (outcome, stored) = await store.AcceptAsync(await ReserveAsync(acceptance, session, input, model, ct), ct);
            }
            if (outcome == AcceptOutcome.Repeated)
            {
                generator.Abandon(reply);
                return await messages.FindAcceptedAsync(userId, request!, ct) ?? throw new ConflictException("This Idempotency-Key has just expired. Send the message again.");
            }
            var accepted = stored ?? throw Refusal(outcome);
            generator.Start(new ReplyRun(accepted.Reply, accepted.Session.Persona, reply) { Options = input.Options });
            return accepted;
        }
        catch
        {
            generator.Abandon(reply);
            throw;
        }
    }

    internal static TooManyException TooMany() => new("Too many of your replies are being written at the moment. Wait for one of them or stop it.");

    internal static ConflictException Busy() => new("A reply is being written in this chat. Wait for it or stop it first.");

    private async Task<Acceptance> ReserveAsync(Acceptance acceptance, ChatSession session, NewMessage input, ChatModel model, CancellationToken ct)
    {
        var asked = input.Model is null && session.Model is not null ? await models.FindAsync(session.Model, ct) : model;
        var tokens = await quotas.LeastTokensAsync(session, input.Persona, asked, input.Content, input.Options?.MaxOutputTokens, ct);
        return acceptance with { Key = SessionKey.Of(session.Id), ReservedTokens = tokens };
    }

    private static ChatAppException Refusal(AcceptOutcome outcome) => outcome switch
    {
        AcceptOutcome.Busy => Busy(),
        AcceptOutcome.TooMany => TooMany(),
        AcceptOutcome.QuotaExceeded => QuotaService.Exceeded(),
        _ => new NotFoundException("Chat"),
    };
}
