using System.ClientModel;
using System.Runtime.CompilerServices;
using ChatApp.Domain.Models;
using Microsoft.Extensions.AI;
using OpenAI.Chat;
using AiMessage = Microsoft.Extensions.AI.ChatMessage;
using OpenAiMessage = OpenAI.Chat.ChatMessage;

namespace ChatApp.Web.Integrations.OpenAi;

/// <summary>
/// A model behind OpenAI's protocol. Every failure of the provider becomes a <see cref="ModelException"/> with a message for users; an
/// <see cref="OperationCanceledException"/> is thrown only for the caller's token. The caller retries, after <see cref="ModelException.RetryAfter"/>,
/// as each call is recorded in the ledger.
/// </summary>
/// <param name="server">The model's server.</param>
/// <param name="model">The model's name; null for the first that the server lists.</param>
/// <param name="clock">Resolves <c>Retry-After</c> headers with a date.</param>
public sealed class OpenAiChatClient(OpenAiServer server, string? model, TimeProvider clock) : IChatClient
{
    /// <summary>Streams the reply: text as it arrives, complete tool calls, usage last.</summary>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<AiMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (name, history) = (model ?? await server.FindFirstAsync(cancellationToken), messages.ToList());
        var reader = new OpenAiStreamReader(clock);
        // The library requests usage by itself when streaming.
        var (updates, any) = await CallAsync(name, history, options, async (sent, settings) =>
        {
            var stream = server.GetChatClient(name).CompleteChatStreamingAsync(sent, settings, cancellationToken).GetAsyncEnumerator(cancellationToken);
            try
            {
                return (stream, await stream.MoveNextAsync());
            }
            catch
            {
                await stream.DisposeAsync();
                throw;
            }
        }, cancellationToken);
        await using (updates)
        {
            for (; any; any = await GuardAsync(name, () => updates.MoveNextAsync().AsTask(), cancellationToken))
            {
                yield return reader.Read(updates.Current);
            }
        }
        reader.CheckComplete();
    }

    /// <summary>Gets the complete reply.</summary>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<AiMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var (name, history) = (model ?? await server.FindFirstAsync(cancellationToken), messages.ToList());
        return await CallAsync(name, history, options, async (sent, settings) =>
        {
            ChatCompletion completion = await server.GetChatClient(name).CompleteChatAsync(sent, settings, cancellationToken);
            return ToResponse(completion);
        }, cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata(server.Name, server.Endpoint, model)
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    // The server owns the connections, which other clients share.
    public void Dispose()
    {
    }

    private static ChatResponse ToResponse(ChatCompletion completion)
    {
        var text = completion.Content.Where(p => p.Text is not null).Select(AIContent (p) => new TextContent(p.Text));
        var refusal = string.IsNullOrEmpty(completion.Refusal) ? [] : new AIContent[] { new TextContent(completion.Refusal) };
        var calls = completion.ToolCalls.Select(AIContent (c) => ToolCalls.Parse(c.Id, c.FunctionName, c.FunctionArguments.ToString()));
        return new(new AiMessage(ChatRole.Assistant, [.. text, .. refusal, .. calls]))
        {
            ResponseId = completion.Id,
            ModelId = completion.Model,
            FinishReason = completion.FinishReason.ToAi(),
            Usage = completion.Usage?.ToAi(),
        };
    }

    // Calls the model, and calls it again without the parameters it rejects. A rejected call is free and so is not recorded in the ledger.
    private async Task<T> CallAsync<T>(
        string name, IReadOnlyList<AiMessage> history, ChatOptions? options, Func<IReadOnlyList<OpenAiMessage>, ChatCompletionOptions, Task<T>> call, CancellationToken ct)
    {
        IReadOnlyList<OpenAiMessage> sent = [.. history.SelectMany(OpenAiMapping.ToOpenAi)];
        var settings = options.ToOpenAi(server.IsOpenAi);
        var needsTools = ToolCalls.AreIn(history);
        if (!needsTools && !server.SupportsTools(name))
        {
            settings.WithoutTools();
        }
        while (true)
        {
            try
            {
                return await call(sent, settings);
            }
            catch (ClientResultException e) when (settings.Temperature is not null && OpenAiErrors.RejectsTemperature(e))
            {
                settings.Temperature = null;
            }
            catch (ClientResultException e) when (settings.Tools.Count > 0 && !needsTools && OpenAiErrors.RejectsTools(e))
            {
                server.MarkWithoutTools(name);
                settings.WithoutTools();
            }
            catch (Exception e) when (Translate(e, name, ct) is { } known)
            {
                throw known;
            }
        }
    }

    private async Task<T> GuardAsync<T>(string name, Func<Task<T>> step, CancellationToken ct)
    {
        try
        {
            return await step();
        }
        catch (Exception e) when (Translate(e, name, ct) is { } known)
        {
            throw known;
        }
    }

    private Exception? Translate(Exception error, string name, CancellationToken ct)
    {
        if (ct.IsCancellationRequested)
        {
            return new OperationCanceledException(ct); // a cancelled call may fail in any way
        }
        if (error is ClientResultException { Status: 404 } && (model is null || server.Find(name) is not null))
        {
            server.InvalidateList();
        }
        return OpenAiErrors.Translate(error, name, clock.GetUtcNow());
    }
}
