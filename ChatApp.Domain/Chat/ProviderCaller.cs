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
        UsageDetails? reported = null;
        var refused = false;
        var updates = model.Client.GetStreamingResponseAsync(prepared.Prompt.Messages, options, ct).GetAsyncEnumerator(ct);
        var moving = Task.FromResult(false);
        try
        {
            // Not left to the client alone: a provider may hang without looking at the token.
            while (await (moving = updates.MoveNextAsync().AsTask()).WaitAsync(ct))
            {
                reported = updates.Current.Contents.OfType<UsageContent>().LastOrDefault()?.Details ?? reported;
                if (!draft.Add(updates.Current))
                {
                    break;
                }
            }
        }
        catch (ModelException e) when (e.Code is ReplyErrorCode.ProviderRefused or ReplyErrorCode.RateLimited)
        {
            refused = true;
            throw;
        }
        finally
        {
            _ = DisposeAsync(updates, moving);
            draft.Charge(new(
                Guid.CreateVersion7(clock.Now()), model.Provider, model.Name,
                Usage(reported, prepared.Prompt, refused, draft.Content[before..]), (int)Math.Min(clock.GetElapsedTime(started).TotalMilliseconds, int.MaxValue)));
        }
    }

    // As reported, else, also instead of nonsense that would ruin the totals, estimated from what was sent and received.
    // A provider that refuses a call does not charge it.
    private static TokenUsage Usage(UsageDetails? reported, Prompt prompt, bool refused, string received) =>
        reported is { InputTokenCount: { } input and >= 0 and <= int.MaxValue, OutputTokenCount: { } output and >= 0 and <= int.MaxValue }
        ? new(input, output, Estimated: false)
        : new(refused ? 0 : prompt.EstimatedTokens, TokenEstimator.Count(received), Estimated: true);

    // An enumerator may not be disposed while it moves, and one that hangs must hold nobody up.
    private static async Task DisposeAsync(IAsyncEnumerator<ChatResponseUpdate> updates, Task moving)
    {
        await moving.ContinueWith(_ => { }, TaskScheduler.Default);
        try
        {
            await updates.DisposeAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or ModelException or ObjectDisposedException)
        {
        }
    }
}
