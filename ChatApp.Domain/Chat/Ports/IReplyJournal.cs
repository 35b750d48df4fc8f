using ChatApp.Domain.Chat.Replies;

namespace ChatApp.Domain.Chat.Ports;

/// <summary>The text of generating replies, stored while it grows, so that it survives the process.</summary>
public interface IReplyJournal
{
    /// <summary>Stores the deltas of any number of replies, all in one statement.</summary>
    Task AppendAsync(IReadOnlyCollection<ReplyDelta> deltas, CancellationToken ct);
}
