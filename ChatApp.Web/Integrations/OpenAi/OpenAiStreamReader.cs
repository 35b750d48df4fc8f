using Microsoft.Extensions.AI;
using OpenAI.Chat;

namespace ChatApp.Web.Integrations.OpenAi;

/// <summary>Reads one streamed answer: puts the pieces of tool calls together and knows whether the answer came to its end.</summary>
/// <param name="clock">For the ids of calls that come without one.</param>
internal sealed class OpenAiStreamReader(TimeProvider clock)
{
    private readonly ToolCallPieces _calls = new();
    private bool _any;
    private bool _finished;

    public ChatResponseUpdate Read(StreamingChatCompletionUpdate update)
    {
        _any = true;
        _finished |= update.FinishReason is not null;
        var result = new ChatResponseUpdate(ChatRole.Assistant, [])
        {
            ResponseId = update.CompletionId,
            MessageId = update.CompletionId,
            ModelId = update.Model,
            FinishReason = update.FinishReason?.ToAi(),
        };
        foreach (var part in update.ContentUpdate.Where(p => !string.IsNullOrEmpty(p.Text)))
        {
            result.Contents.Add(new TextContent(part.Text));
        }
        if (!string.IsNullOrEmpty(update.RefusalUpdate))
        {
            result.Contents.Add(new TextContent(update.RefusalUpdate)); // the model says in words that it will not
        }
        foreach (var piece in update.ToolCallUpdates)
        {
            _calls.Add(piece.Index, piece.ToolCallId, piece.FunctionName, piece.FunctionArgumentsUpdate?.ToString());
        }
        if (update.FinishReason is not null)
        {
            foreach (var call in _calls.Take(clock.GetUtcNow()))
            {
                result.Contents.Add(call);
            }
        }
        if (update.Usage is { } usage)
        {
            result.Contents.Add(new UsageContent(usage.ToAi()));
        }
        return result;
    }

    /// <summary>To be called when the stream has ended: a broken connection can look like an end.</summary>
    /// <exception cref="ModelException">It was not one.</exception>
    public void CheckComplete()
    {
        if (!_any)
        {
            throw ProviderErrors.Nonsense();
        }
        if (!_finished)
        {
            throw ProviderErrors.Broken();
        }
    }
}
