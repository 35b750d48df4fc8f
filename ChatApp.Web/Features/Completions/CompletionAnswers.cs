using System.Runtime.CompilerServices;
using System.Text;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Completions;
using ChatApp.Domain.Errors;
using ChatApp.Web.Infrastructure;

namespace ChatApp.Web.Features.Completions;

/// <summary>Tells an answer in the words of OpenAI's API, whole or piece by piece, and has exchanges forgotten that are not to be kept.</summary>
public sealed class CompletionAnswers(CompletionService completions, ReplyReader replies)
{
    /// <exception cref="UnavailableException">The answer failed; the message says why.</exception>
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
                        SessionId = Kept(accepted),
                    };
                }
            }
            throw new UnavailableException("The answer has been removed.");
        }
        finally
        {
            Forget(accepted);
        }
    }

    /// <summary>The answer's pieces, as they come.</summary>
    public async IAsyncEnumerable<ServerEvent> PiecesAsync(AcceptedMessage accepted, bool withUsage, [EnumeratorCancellation] CancellationToken ct)
    {
        try
        {
            yield return Piece(accepted, new() { Role = "assistant", Content = "" }, null);
            await foreach (var e in replies.ReadAsync(accepted.Reply, 0, ct))
            {
                if (e is ReplyText text)
                {
                    yield return Piece(accepted, new() { Content = text.Content }, null);
                }
                else if (e is ReplyEnd { Status: MessageStatus.Failed } failed)
                {
                    yield return new(new { error = new { message = failed.Error, type = "server_error", code = failed.ErrorCode } });
                }
                else if (e is ReplyEnd end)
                {
                    yield return Piece(accepted, new(), Reason(end));
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
            Forget(accepted);
        }
    }

    private static string Id(AcceptedMessage accepted) => $"chatcmpl-{accepted.Reply.Id:N}";

    private static Guid? Kept(AcceptedMessage accepted) => accepted.Session.Unlisted ? null : accepted.Session.Id;

    private static string Reason(ReplyEnd end) => end.IsTruncated ? "length" : "stop";

    private static CompletionChunk Chunk(AcceptedMessage accepted, IReadOnlyList<ChunkChoice> choices) =>
        new(Id(accepted), accepted.Reply.CreatedAt.ToUnixTimeSeconds(), accepted.Reply.Model!, choices) { SessionId = Kept(accepted) };

    private static ServerEvent Piece(AcceptedMessage accepted, ChunkDelta delta, string? reason) => new(Chunk(accepted, [new(0, delta, reason)]));

    // Not awaited: a client that has gone is not to wait for, and one that is there has its answer.
    private void Forget(AcceptedMessage accepted)
    {
        if (accepted.Session.Unlisted)
        {
            _ = completions.ForgetAsync(accepted.Session);
        }
    }
}
