using ChatApp.Domain.Models;
using Microsoft.Extensions.AI;
using OpenAI.Chat;

namespace ChatApp.Web.Integrations.OpenAi;

/// <summary>Reads one streamed reply: assembles its tool calls and checks that it is complete.</summary>
/// <param name="clock">For the ids of calls without one.</param>
internal sealed class OpenAiStreamReader(TimeProvider clock)
{
    private readonly ToolCallAssembler _calls = new();
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
            result.Contents.Add(new TextContent(update.RefusalUpdate)); // the model's own explanation
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

    /// <summary>Checks, at the end of the stream, that the reply is complete: a lost connection can look like an end.</summary>
    /// <exception cref="ModelException">It is not complete.</exception>
    public void CheckComplete()
    {
        if (!_any)
        {
            throw ProviderErrors.InvalidResponse();
        }
        if (!_finished)
        {
            throw ProviderErrors.ConnectionLost();
        }
    }
}
