using System.Runtime.CompilerServices;
using ChatApp.Domain.Errors;

namespace ChatApp.Domain.Chat;

/// <summary>Reads an answer from any position, whether it is still growing or long finished.</summary>
public sealed class ReplyReader(MessageService messages, ReplyFeed feed, TimeProvider clock)
{
    // How often an answer that grows elsewhere is looked at.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Finds the caller's answer; the events follow from <see cref="ReadAsync"/>.</summary>
    /// <exception cref="NotFoundException">The caller has no such answer.</exception>
    public async Task<ChatMessage> FindAsync(Guid userId, Guid replyId, CancellationToken ct)
    {
        var reply = await messages.FindAsync(userId, replyId, ct);
        return reply.Role == MessageRole.Assistant ? reply : throw new NotFoundException("Message");
    }

    /// <summary>What comes after <paramref name="position"/> UTF-16 units of the answer, up to its end.</summary>
    public async IAsyncEnumerable<ReplyEvent> ReadAsync(ChatMessage reply, int position, [EnumeratorCancellation] CancellationToken ct)
    {
        while (reply.Status == MessageStatus.Generating)
        {
            if (feed.Find(reply.Id) is { } live)
            {
                await foreach (var e in live.ReadAsync(position, ct))
                {
                    yield return e;
                }
                yield break;
            }
            // It has just ended, or another instance writes it.
            reply = await messages.FindAsync(reply.UserId, reply.Id, ct);
            if (reply.Status == MessageStatus.Generating)
            {
                await Task.Delay(Interval, clock, ct);
            }
        }
        if (position < reply.Content.Length)
        {
            yield return new ReplyText(reply.Content[Math.Max(position, 0)..], reply.Content.Length);
        }
        yield return ReplyEnd.Of(reply);
    }
}
