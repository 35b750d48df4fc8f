using System.Runtime.CompilerServices;
using Anthropic.Exceptions;
using Anthropic.Models.Messages;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Models;
using Microsoft.Extensions.AI;
using AiMessage = Microsoft.Extensions.AI.ChatMessage;

namespace ChatApp.Web.Integrations.Anthropic;

/// <summary>
/// A model of Anthropic's, called with its own library. Every failure becomes a <see cref="ModelException"/> with a message for users, an
/// <see cref="OperationCanceledException"/> is thrown only for the caller's token, and a reply without a finish reason is a failure.
/// </summary>
/// <param name="server">The service.</param>
/// <param name="model">The model's name; null for the first that the server lists.</param>
/// <param name="maxOutput">The model's maximum output in tokens, which a request must not exceed; null if unknown.</param>
public sealed class AnthropicChatClient(AnthropicServer server, string? model, int? maxOutput = null) : IChatClient
{
    // Limits the memory that a looping model can take.
    private const int MaxArguments = 1_000_000;

    /// <summary>Streams the reply: text as it arrives, complete tool calls, usage last.</summary>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<AiMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var name = model ?? await server.FindFirstAsync(cancellationToken);
        var (sent, settings) = AnthropicPrompt.Prepare(messages, options, maxOutput);
        await using var updates = server.GetChatClient(name).GetStreamingResponseAsync(sent, settings, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var (isFinished, isEmpty, arguments) = (false, true, 0);
        while (await GuardAsync(name, () => updates.MoveNextAsync().AsTask(), cancellationToken))
        {
            var update = updates.Current;
            arguments += ArgumentsIn(update);
            if (arguments > MaxArguments)
            {
                throw new ModelException(ReplyErrorCode.InvalidResponse, "The model kept calling tools and was stopped.");
            }
            isFinished |= update.FinishReason is not null;
            isEmpty &= update.Text.Length == 0 && !update.Contents.Any(c => c is FunctionCallContent);
            // Usage before the end covers only the prompt; an estimate, which includes the text, is better.
            if (isFinished || !update.Contents.Any(c => c is UsageContent))
            {
                yield return update;
            }
            if (isEmpty && update.FinishReason == ChatFinishReason.ContentFilter && update.Contents.Any(c => c is UsageContent))
            {
                throw ProviderErrors.Declined();
            }
        }
        if (!isFinished)
        {
            throw isEmpty ? ProviderErrors.InvalidResponse() : ProviderErrors.ConnectionLost();
        }
    }

    /// <summary>Gets the complete reply.</summary>
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<AiMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var name = model ?? await server.FindFirstAsync(cancellationToken);
        var (sent, settings) = AnthropicPrompt.Prepare(messages, options, maxOutput);
        return await GuardAsync(name, () => server.GetChatClient(name).GetResponseAsync(sent, settings, cancellationToken), cancellationToken);
    }

    public object? GetService(System.Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("anthropic", server.Endpoint, model)
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    // The server owns the connections, which other clients share.
    public void Dispose()
    {
    }

    private static async Task<T> GuardAsync<T>(string name, Func<Task<T>> step, CancellationToken ct)
    {
        try
        {
            return await step();
        }
        catch (Exception) when (ct.IsCancellationRequested)
        {
            throw new OperationCanceledException(ct); // a cancelled call may fail in any way
        }
        catch (Exception e) when (Translate(e, name) is { } known)
        {
            throw known;
        }
    }

    /// <summary>A failed call as a <see cref="ModelException"/>; null for errors that the provider did not cause.</summary>
    internal static ModelException? Translate(Exception error, string? model) => error switch
    {
        ErrorResponseException e => ProviderErrors.Of(e.Response, model),
        // An error event within a stream. Without the cause, which quotes it.
        AnthropicSseException e => ProviderErrors.Of(new ErrorResponse(StatusOf(e.Type?.Raw()), null, null, "", null), model),
        AnthropicInvalidDataException => ProviderErrors.InvalidResponse(),
        _ => ProviderErrors.Of(error),
    };

    private static int ArgumentsIn(ChatResponseUpdate update) =>
        update.RawRepresentation is RawMessageStreamEvent raw && raw.TryPickContentBlockDelta(out var delta) && delta.Delta.TryPickInputJson(out var json)
            ? json.PartialJson.Length : 0;

    private static int StatusOf(string? type) => type switch
    {
        "overloaded_error" => 529,
        "rate_limit_error" => 429,
        "invalid_request_error" => 400,
        _ => 500,
    };
}
