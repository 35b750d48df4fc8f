using ChatApp.Domain.Chat.Generation;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Idempotency;
using ChatApp.Domain.Models;
using ChatApp.Domain.Sessions;

namespace ChatApp.Domain.Chat.Ports;

/// <summary>The transactions at the start and at the end of a reply.</summary>
public interface IReplyStore
{
    /// <summary>Stores a message and its empty reply under the session's row lock, which serialises numbering, and counts both.</summary>
    /// <returns>The outcome, and what was stored if it is <see cref="AcceptOutcome.Accepted"/>.</returns>
    Task<(AcceptOutcome Outcome, AcceptedMessage? Stored)> AcceptAsync(Acceptance acceptance, CancellationToken ct);

    /// <summary>
    /// Counts the replies that are being generated for a user, in the caller's transaction: until its end, no other reply of the user is accepted on any instance.
    /// </summary>
    Task<int> CountGeneratingAsync(Guid userId, CancellationToken ct);

    /// <summary>Stores a reply's end with its ledger records, the user's totals and the session's times, unless the reply has already been ended.</summary>
    /// <returns>Whether this call ended it.</returns>
    Task<bool> CloseAsync(ReplyRun run, DateTimeOffset now, TimeSpan temporaryIdleTimeout, CancellationToken ct);

    /// <summary>The journal's text beyond the known positions, ordered by reply and position.</summary>
    Task<IReadOnlyList<ReplyDelta>> ReadDeltasAsync(IReadOnlyCollection<RunningReply> replies, CancellationToken ct);
}

/// <summary>The result of accepting a message.</summary>
public enum AcceptOutcome
{
    Accepted,

    /// <summary>The caller has no such live session.</summary>
    NoSuchSession,

    /// <summary>The caller has a token quota, and nothing was reserved for the reply.</summary>
    ReservationRequired,

    /// <summary>As many replies are being generated for the sender as may be.</summary>
    TooMany,

    /// <summary>The reserved tokens do not fit into the quota.</summary>
    QuotaExceeded,

    /// <summary>A reply is being generated in the session.</summary>
    Busy,

    /// <summary>A request with the same idempotency key was accepted at the same time.</summary>
    Repeated,
}

/// <summary>A message to store.</summary>
/// <param name="UserId">The sender.</param>
/// <param name="Key">The session.</param>
/// <param name="Content">The message's text.</param>
/// <param name="ReplyId">The id that the reply will have.</param>
/// <param name="Model">The model that replies unless the session names one.</param>
/// <param name="At">When it was sent.</param>
public sealed record Acceptance(Guid UserId, SessionKey Key, string Content, Guid ReplyId, string Model, DateTimeOffset At)
{
    /// <summary>The session's persona from now on; null leaves it.</summary>
    public string? Persona { get; init; }

    /// <summary>The session's model from now on; null leaves it, <see cref="ChatModel.Default"/> leaves the choice to the app.</summary>
    public string? SessionModel { get; init; }

    /// <summary>The session's title if it has none yet.</summary>
    public required string Title { get; init; }

    /// <summary>The client's idempotency key.</summary>
    public RequestKey? Request { get; init; }

    /// <summary>How many replies may be generated for the sender, this one included.</summary>
    public required int MaxGenerating { get; init; }

    /// <summary>Tokens of the sender's quota to reserve for the reply; null: not computed, which is right for senders without a quota.</summary>
    public long? ReservedTokens { get; init; }
}
