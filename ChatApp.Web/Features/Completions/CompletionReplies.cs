using System.Runtime.CompilerServices;
using System.Text;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Completions;
using ChatApp.Domain.Errors;
using ChatApp.Web.Infrastructure;

namespace ChatApp.Web.Features.Completions;

/// <summary>Maps replies to OpenAI's API, whole or as a stream, and removes exchanges that are not to be stored.</summary>
public sealed class CompletionReplies(CompletionService completions, ReplyReader replies)
{
    /// <exception cref="UnavailableException">The reply failed; the message says why.</exception>
    public async Task<CompletionResponse> WholeAsync(AcceptedMessage accepted, CancellationToken ct)
    {
        try
        {
            var text = new StringBuilder();
            await foreach (var e in replies.ReadAsync(accepted.Reply, 0, ct))
            {
                text.Append((e as ReplyText)?.Content);
                if (e is ReplyEnd end)
                {
                    return end.Status == MessageStatus.Failed ? throw new UnavailableException(end.Error ?? "") : new(
                        Id(accepted), accepted.Reply.CreatedAt.ToUnixTimeSeconds(), accepted.Reply.Model!,
                        [new(0, new("assistant", text.ToString()), Reason(end))], end.Usage?.ToCompletionUsage())
                    {
                        SessionId = StoredSession(accepted),
                    };
                }
            }
            throw new UnavailableException("The reply has been deleted.");
        }
        finally
        {
            Discard(accepted);
        }
    }

    /// <summary>The reply's chunks, as they arrive.</summary>
    public async IAsyncEnumerable<ServerEvent> ChunksAsync(AcceptedMessage accepted, bool withUsage, [EnumeratorCancellation] CancellationToken ct)
    {
        try
        {
            yield return ToEvent(accepted, new() { Role = "assistant", Content = "" }, null);
            await foreach (var e in replies.ReadAsync(accepted.Reply, 0, ct))
            {
                if (e is ReplyText text)
                {
                    yield return ToEvent(accepted, new() { Content = text.Content }, null);
                }
                else if (e is ReplyEnd { Status: MessageStatus.Failed } failed)
                {
                    yield return new(new { error = new { message = failed.Error, type = "server_error", code = failed.ErrorCode } });
                }
                else if (e is ReplyEnd end)
                {
                    yield return ToEvent(accepted, new(), Reason(end));
                    if (withUsage)
                    {
                        yield return new(Chunk(accepted, []) with { Usage = end.Usage?.ToCompletionUsage() });
                    }
                }
            }
            yield return ServerEvent.Verbatim("data: [DONE]");
        }
        finally
        {
            Discard(accepted);
        }
    }

    private static string Id(AcceptedMessage accepted) => $"chatcmpl-{accepted.Reply.Id:N}";

    private static Guid? StoredSession(AcceptedMessage accepted) => accepted.Session.Unlisted ? null : accepted.Session.Id;

    private static string Reason(ReplyEnd end) => end.IsTruncated ? "length" : "stop";

    private static CompletionChunk Chunk(AcceptedMessage accepted, IReadOnlyList<ChunkChoice> choices) =>
        new(Id(accepted), accepted.Reply.CreatedAt.ToUnixTimeSeconds(), accepted.Reply.Model!, choices) { SessionId = StoredSession(accepted) };

    private static ServerEvent ToEvent(AcceptedMessage accepted, ChunkDelta delta, string? reason) => new(Chunk(accepted, [new(0, delta, reason)]));

    // Not awaited: the client has its reply or has disconnected.
    private void Discard(AcceptedMessage accepted)
    {
        if (accepted.Session.Unlisted)
        {
            _ = completions.DiscardAsync(accepted.Session);
        }
    }
}
