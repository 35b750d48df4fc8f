using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Time;
using ChatApp.Domain.Usage;
using Microsoft.Extensions.AI;

namespace ChatApp.Domain.Chat;

/// <summary>Calls a model's provider for a draft and enters each call, however it ends, into the draft's account.</summary>
public sealed class ProviderCaller(TimeProvider clock)
{
    // A provider that asks for more patience than this is as good as unavailable.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    /// <summary>Streams a turn of the model into the draft. A provider that is too busy is asked a second time, when it wants to be.</summary>
    /// <returns>The calls of tools that the model wants; none when it has answered.</returns>
    public async Task<IReadOnlyList<FunctionCallContent>> CallAsync(ReplyDraft draft, ModelRequest request, CancellationToken ct)
    {
        var before = draft.Content.Length;
        try
        {
            return await CallOnceAsync(draft, request, ct);
        }
        catch (ModelException e) when (e.RetryAfter is { } wait && wait <= LongestWait && draft.Content.Length == before)
        {
            await Task.Delay(wait, clock, ct);
            return await CallOnceAsync(draft, request, ct);
        }
    }

    /// <summary>The same, but a provider that is too busy is left alone. However it ends, there is exactly one call more in the draft's account.</summary>
    public async Task<IReadOnlyList<FunctionCallContent>> CallOnceAsync(ReplyDraft draft, ModelRequest request, CancellationToken ct)
    {
        var (model, reply, started, before) = (request.Model, draft.Job.Reply, clock.GetTimestamp(), draft.Content.Length);
        var options = new ChatOptions
        {
            Temperature = request.Persona.Temperature,
            MaxOutputTokens = request.Persona.MaxTokens,
            Tools = request.Tools.Count == 0 ? null : [.. request.Tools.Select(t => t.Function)],
            ToolMode = request.Tools.Count == 0 ? null : request.MayCall ? ChatToolMode.Auto : ChatToolMode.None,
            AdditionalProperties = new ChatCaller(reply.UserId, reply.SessionId).ToProperties(),
        };
        var (reception, refused) = (new Reception(draft), false);
        try
        {
            // Not left to the client alone: a provider may hang without looking at the token.
            await reception.TakeAsync(model.Client.GetStreamingResponseAsync(request.Messages, options, ct), ct).WaitAsync(ct);
            return reception.Calls;
        }
        catch (ModelException e) when (e.Code is ReplyErrorCode.ProviderRefused or ReplyErrorCode.RateLimited)
        {
            refused = true;
            throw;
        }
        finally
        {
            reception.Close();
            draft.Charge(new(
                Guid.CreateVersion7(clock.Now()), reception.Calls.Count > 0 ? UsagePurpose.Tool : UsagePurpose.Answer, model.Provider, model.Name,
                Usage(reception, request, refused, draft.Content[before..]), (int)Math.Min(clock.GetElapsedTime(started).TotalMilliseconds, int.MaxValue)));
        }
    }

    // As reported, else, also instead of nonsense that would ruin the totals, estimated from what was sent and received.
    // A provider that refuses a call does not charge it.
    private static TokenUsage Usage(Reception reception, ModelRequest request, bool refused, string received) =>
        reception.Reported is { InputTokenCount: { } input and >= 0 and <= int.MaxValue, OutputTokenCount: { } output and >= 0 and <= int.MaxValue }
        ? new(input, output, Estimated: false)
        : new(refused ? 0 : request.EstimatedTokens, TokenEstimator.Count(received) + PromptSize.Estimate(reception.Calls), Estimated: true);

    /// <summary>Takes a provider's updates into the draft until it is closed, which does not wait for a provider that hangs.</summary>
    private sealed class Reception(ReplyDraft draft)
    {
        private readonly Lock _lock = new();
        private bool _isClosed;

        /// <summary>The usage that the provider has reported last.</summary>
        public UsageDetails? Reported { get; private set; }

        /// <summary>The calls of tools that the model wants so far. They do not change any more once it is closed.</summary>
        public List<FunctionCallContent> Calls { get; } = [];

        public async Task TakeAsync(IAsyncEnumerable<ChatResponseUpdate> updates, CancellationToken ct)
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
                _ = DisposeAsync(enumerator); // that may hang as well
            }
        }

        /// <summary>Nothing reaches the draft afterwards.</summary>
        public void Close()
        {
            lock (_lock)
            {
                _isClosed = true;
            }
        }

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
                    Reported = (content as UsageContent)?.Details ?? Reported;
                    if (content is FunctionCallContent call)
                    {
                        Calls.Add(call);
                    }
                }
                return draft.Add(update);
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
