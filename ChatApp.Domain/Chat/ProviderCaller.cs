using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Time;
using Microsoft.Extensions.AI;

namespace ChatApp.Domain.Chat;

/// <summary>Calls a model's provider for a draft and enters each call, however it ends, into the draft's account.</summary>
public sealed class ProviderCaller(TimeProvider clock)
{
    // A provider that asks for more patience than this is as good as unavailable.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    /// <summary>Streams the answer into the draft. A provider that is too busy is asked a second time, when it wants to be.</summary>
    public async Task CallAsync(ReplyDraft draft, PreparedReply prepared, CancellationToken ct)
    {
        draft.Omit(prepared.Prompt.Omitted);
        try
        {
            await CallOnceAsync(draft, prepared, ct);
        }
        catch (ModelException e) when (e.RetryAfter is { } wait && wait <= LongestWait && draft.Content.Length == draft.Job.Reply.Content.Length)
        {
            await Task.Delay(wait, clock, ct);
            await CallOnceAsync(draft, prepared, ct);
        }
    }

    private async Task CallOnceAsync(ReplyDraft draft, PreparedReply prepared, CancellationToken ct)
    {
        var (model, reply, started, before) = (prepared.Model, draft.Job.Reply, clock.GetTimestamp(), draft.Content.Length);
        var options = new ChatOptions
        {
            Temperature = prepared.Persona.Temperature,
            MaxOutputTokens = prepared.Persona.MaxTokens,
            AdditionalProperties = new ChatCaller(reply.UserId, reply.SessionId).ToProperties(),
        };
        var (reception, refused) = (new Reception(draft), false);
        try
        {
            // Not left to the client alone: a provider may hang without looking at the token.
            await reception.TakeAsync(model.Client.GetStreamingResponseAsync(prepared.Prompt.Messages, options, ct), ct).WaitAsync(ct);
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
                Guid.CreateVersion7(clock.Now()), model.Provider, model.Name,
                Usage(reception.Reported, prepared.Prompt, refused, draft.Content[before..]), (int)Math.Min(clock.GetElapsedTime(started).TotalMilliseconds, int.MaxValue)));
        }
    }

    // As reported, else, also instead of nonsense that would ruin the totals, estimated from what was sent and received.
    // A provider that refuses a call does not charge it.
    private static TokenUsage Usage(UsageDetails? reported, Prompt prompt, bool refused, string received) =>
        reported is { InputTokenCount: { } input and >= 0 and <= int.MaxValue, OutputTokenCount: { } output and >= 0 and <= int.MaxValue }
        ? new(input, output, Estimated: false)
        : new(refused ? 0 : prompt.EstimatedTokens, TokenEstimator.Count(received), Estimated: true);

    /// <summary>Takes a provider's updates into the draft until it is closed, which does not wait for a provider that hangs.</summary>
    private sealed class Reception(ReplyDraft draft)
    {
        private readonly Lock _lock = new();
        private bool _isClosed;

        /// <summary>The usage that the provider has reported last.</summary>
        public UsageDetails? Reported { get; private set; }

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
