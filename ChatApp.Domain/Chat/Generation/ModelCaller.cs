using ChatApp.Domain.Models;
using ChatApp.Domain.Time;
using ChatApp.Domain.Usage;
using Microsoft.Extensions.AI;

namespace ChatApp.Domain.Chat.Generation;

/// <summary>Calls the providers of models. Each call passes its updates on and ends, however it ends, with exactly one <see cref="ProviderCall"/>.</summary>
public sealed class ModelCaller(TimeProvider clock)
{
    // A provider that wants a longer back-off counts as unavailable.
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(20);

    /// <summary>Streams one turn of the model. A call that the provider was too busy for is retried once, after the back-off that it asks for.</summary>
    /// <param name="request">The request.</param>
    /// <param name="onUpdate">Receives the updates; returns false to end the call.</param>
    /// <param name="onEnd">Receives what each call has cost.</param>
    /// <param name="ct">Ends the call.</param>
    /// <returns>The tools that the model wants to call; none when it has replied.</returns>
    public async Task<IReadOnlyList<FunctionCallContent>> CallAsync(
        ModelRequest request, Func<ChatResponseUpdate, bool> onUpdate, Action<ProviderCall> onEnd, CancellationToken ct)
    {
        var hasText = false;
        try
        {
            return await CallOnceAsync(request, UsagePurpose.Reply, update => onUpdate(Seen(update)), onEnd, ct);
        }
        catch (ModelException e) when (e.RetryAfter is { } backOff && backOff <= LongestBackOff && !hasText)
        {
            await Task.Delay(backOff, clock, ct);
            return await CallOnceAsync(request, UsagePurpose.Reply, onUpdate, onEnd, ct);
        }

        ChatResponseUpdate Seen(ChatResponseUpdate update)
        {
            hasText |= update.Text.Length > 0;
            return update;
        }
    }

    /// <summary>The same without a retry.</summary>
    /// <param name="request">The request.</param>
    /// <param name="purpose">What the call is for, unless it ends with tool calls.</param>
    /// <param name="onUpdate">Receives the updates; returns false to end the call.</param>
    /// <param name="onEnd">Receives what the call has cost.</param>
    /// <param name="ct">Ends the call.</param>
    /// <returns>The tools that the model wants to call; none when it has replied.</returns>
    public async Task<IReadOnlyList<FunctionCallContent>> CallOnceAsync(
        ModelRequest request, UsagePurpose purpose, Func<ChatResponseUpdate, bool> onUpdate, Action<ProviderCall> onEnd, CancellationToken ct)
    {
        var (model, started, refused) = (request.Model, clock.GetTimestamp(), false);
        var options = new ChatOptions
        {
            Temperature = request.Persona.Temperature,
            MaxOutputTokens = request.Persona.MaxTokens,
            Tools = request.Tools.Count == 0 ? null : [.. request.Tools.Select(t => t.Function)],
            ToolMode = request.Tools.Count == 0 ? null : request.MayCall ? ChatToolMode.Auto : ChatToolMode.None,
            AdditionalProperties = request.Caller.ToProperties(),
        };
        var receiver = new Receiver(onUpdate);
        try
        {
            // The deadline does not rely on the client: a provider may hang without observing the token.
            await receiver.ReadAsync(model.Client.GetStreamingResponseAsync(request.Messages, options, ct), ct).WaitAsync(ct);
            return receiver.ToolCalls;
        }
        catch (ModelException e) when (e.Code is ReplyErrorCode.ProviderRefused or ReplyErrorCode.RateLimited)
        {
            refused = true;
            throw;
        }
        finally
        {
            receiver.Close();
            onEnd(new(
                Guid.CreateVersion7(clock.Now()), receiver.ToolCalls.Count > 0 ? UsagePurpose.Tool : purpose, model.Provider, model.Name,
                receiver.Usage(request, refused), (int)Math.Min(clock.GetElapsedTime(started).TotalMilliseconds, int.MaxValue)));
        }
    }

    /// <summary>Reads a provider's updates until it is closed, which does not wait for a provider that hangs.</summary>
    private sealed class Receiver(Func<ChatResponseUpdate, bool> onUpdate)
    {
        private readonly Lock _lock = new();
        private UsageDetails? _reported;
        private int _narrow;
        private int _wide;
        private bool _isClosed;

        /// <summary>The tools that the model wants to call so far. The list is final once the receiver is closed.</summary>
        public List<FunctionCallContent> ToolCalls { get; } = [];

        public async Task ReadAsync(IAsyncEnumerable<ChatResponseUpdate> updates, CancellationToken ct)
        {
            var enumerator = updates.GetAsyncEnumerator(ct);
            try
            {
                while (await enumerator.MoveNextAsync() && Take(enumerator.Current))
                {
                }
            }
            finally
            {
                _ = DisposeAsync(enumerator); // this may hang, too
            }
        }

        /// <summary>Stops passing updates on.</summary>
        public void Close()
        {
            lock (_lock)
            {
                _isClosed = true;
            }
        }

        /// <summary>The reported usage; an estimate if none, or an implausible one, was reported.</summary>
        /// <param name="request">What was sent.</param>
        /// <param name="refused">Whether the provider rejected the call, which is then not charged.</param>
        public TokenUsage Usage(ModelRequest request, bool refused) =>
            _reported is { InputTokenCount: { } input and >= 0 and <= int.MaxValue, OutputTokenCount: { } output and >= 0 and <= int.MaxValue }
            ? new(input, output, Estimated: false)
            : new(refused ? 0 : request.EstimatedTokens, TokenEstimator.Count(_narrow, _wide) + TokenEstimator.Estimate(ToolCalls), Estimated: true);

        private bool Take(ChatResponseUpdate update)
        {
            lock (_lock)
            {
                if (_isClosed)
                {
                    return false;
                }
                foreach (var content in update.Contents)
                {
                    _reported = (content as UsageContent)?.Details ?? _reported;
                    switch (content)
                    {
                        case FunctionCallContent call:
                            ToolCalls.Add(call);
                            break;
                        case TextContent { Text: var text }:
                            TokenEstimator.Tally(text, ref _narrow, ref _wide);
                            break;
                    }
                }
                return onUpdate(update);
            }
        }

        private static async Task DisposeAsync(IAsyncEnumerator<ChatResponseUpdate> updates)
        {
            try
            {
                await updates.DisposeAsync();
            }
            catch (Exception e) when (e is OperationCanceledException or ModelException or ObjectDisposedException)
            {
            }
        }
    }
}
