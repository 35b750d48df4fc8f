using System.Runtime.CompilerServices;
using Anthropic.Exceptions;
using Anthropic.Models.Messages;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Ports;
using Microsoft.Extensions.AI;
using AiMessage = Microsoft.Extensions.AI.ChatMessage;

namespace ChatApp.Web.Integrations.Anthropic;

/// <summary>
/// One of Anthropic's models, through its library's <see cref="IChatClient"/>, with this app's rules around it: whatever goes wrong becomes a
/// <see cref="ModelException"/> with a text for people, an <see cref="OperationCanceledException"/> comes only from the caller's own token, and an
/// answer whose end is missing is a failure.
/// </summary>
/// <param name="server">The way there.</param>
/// <param name="model">Its name; null: the first that the server lists.</param>
/// <param name="maxOutput">The longest answer that the model can give, in tokens: the service refuses to be asked for more. Null: not known.</param>
public sealed class AnthropicChatClient(AnthropicServer server, string? model, int? maxOutput = null) : IChatClient
{
    // A model that goes round in circles must not fill the memory.
    private const int MaxArguments = 1_000_000;

    /// <summary>Streams the answer; text as it comes, tool calls whole, usage last.</summary>
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
                throw new ModelException(ReplyErrorCode.InvalidAnswer, "The model called tools without end.");
            }
            isFinished |= update.FinishReason is not null;
            isEmpty &= update.Text.Length == 0 && !update.Contents.Any(c => c is FunctionCallContent);
            // Before its end, an answer's usage is what the prompt has cost: less than our estimate, which knows the text, too.
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
            throw isEmpty ? ProviderErrors.Nonsense() : ProviderErrors.Broken();
        }
    }

    /// <summary>Gets the whole answer at once.</summary>
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

    // The connections are the server's, which others use too.
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
            throw new OperationCanceledException(ct); // what its own caller has cancelled may fail in any way
        }
        catch (Exception e) when (Translate(e, name) is { } known)
        {
            throw known;
        }
    }

    /// <summary>The failure in words for people; null for one that the provider has nothing to do with.</summary>
    internal static ModelException? Translate(Exception error, string? model) => error switch
    {
        RefusedException e => ProviderErrors.Of(e.Refusal, model),
        // Said in the middle of a stream. Without the cause, which quotes it.
        AnthropicSseException e => ProviderErrors.Of(new Refusal(StatusOf(e.Type?.Raw()), null, null, "", null), model),
        AnthropicInvalidDataException => ProviderErrors.Nonsense(),
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
