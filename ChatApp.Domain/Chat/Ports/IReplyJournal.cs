using ChatApp.Domain.Chat.Replies;

namespace ChatApp.Domain.Chat.Ports;

/// <summary>The text of generating replies, stored while it grows: what survives if the process dies.</summary>
public interface IReplyJournal
{
    /// <summary>Stores the deltas of any number of replies, all in one statement.</summary>
    Task AppendAsync(IReadOnlyCollection<ReplyDelta> deltas, CancellationToken ct);
}
