using System.Text;
using ChatApp.Domain.Chat.Ports;
using Microsoft.Extensions.AI;
using OpenAI.Chat;

namespace ChatApp.Web.Integrations.OpenAi;

/// <summary>Reads one streamed answer: puts the pieces of tool calls together and knows whether the answer came to its end.</summary>
internal sealed class OpenAiStreamReader
{
    private readonly SortedDictionary<int, PartialCall> _calls = [];
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
        Collect(update);
        if (update.FinishReason is not null)
        {
            foreach (var call in _calls.Values)
            {
                result.Contents.Add(OpenAiMapping.ToCall(call.Id, call.Name, call.Arguments.ToString()));
            }
            _calls.Clear();
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
            throw OpenAiErrors.Nonsense();
        }
        if (!_finished)
        {
            throw OpenAiErrors.Broken();
        }
    }

    private void Collect(StreamingChatCompletionUpdate update)
    {
        foreach (var piece in update.ToolCallUpdates)
        {
            if (!_calls.TryGetValue(piece.Index, out var call))
            {
                _calls[piece.Index] = call = new PartialCall();
            }
            call.Id = piece.ToolCallId ?? call.Id;
            call.Name = string.IsNullOrEmpty(piece.FunctionName) ? call.Name : piece.FunctionName;
            if (piece.FunctionArgumentsUpdate is { } arguments && !arguments.ToMemory().IsEmpty)
            {
                call.Arguments.Append(arguments);
            }
        }
    }

    private sealed class PartialCall
    {
        public string Id { get; set; } = "";

        public string Name { get; set; } = "";

        public StringBuilder Arguments { get; } = new();
    }
}
