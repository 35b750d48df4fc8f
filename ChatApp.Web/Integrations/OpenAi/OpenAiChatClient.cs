using System.ClientModel;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using OpenAI.Chat;
using AiMessage = Microsoft.Extensions.AI.ChatMessage;
using OpenAiMessage = OpenAI.Chat.ChatMessage;

namespace ChatApp.Web.Integrations.OpenAi;

/// <summary>
/// A model behind OpenAI's protocol. Whatever the provider does wrong becomes a <see cref="ModelException"/> with a text for people;
/// an <see cref="OperationCanceledException"/> comes only from the caller's own token. A busy provider is not asked again here: each call has its place
/// in the ledger, so the caller does that, guided by <see cref="ModelException.RetryAfter"/>.
/// </summary>
/// <param name="server">Where the model is.</param>
/// <param name="model">Its name; null: the first that the server lists.</param>
/// <param name="clock">Understands providers that name a time.</param>
public sealed class OpenAiChatClient(OpenAiServer server, string? model, TimeProvider clock) : IChatClient
{
    /// <summary>Streams the answer; text as it comes, tool calls whole, usage last.</summary>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<AiMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (name, history) = (model ?? await server.FindFirstAsync(cancellationToken), messages.ToList());
        var reader = new OpenAiStreamReader(clock);
        // The library asks for usage by itself when it streams.
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

    /// <summary>Gets the whole answer at once.</summary>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<AiMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var (name, history) = (model ?? await server.FindFirstAsync(cancellationToken), messages.ToList());
        return await CallAsync(name, history, options, async (sent, settings) =>
        {
            ChatCompletion answer = await server.GetChatClient(name).CompleteChatAsync(sent, settings, cancellationToken);
            return ToResponse(answer);
        }, cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata(server.Name, server.Endpoint, model)
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    // The connections are the server's, which others use too.
    public void Dispose()
    {
    }

    private static ChatResponse ToResponse(ChatCompletion answer)
    {
        var text = answer.Content.Where(p => p.Text is not null).Select(AIContent (p) => new TextContent(p.Text));
        var refusal = string.IsNullOrEmpty(answer.Refusal) ? [] : new AIContent[] { new TextContent(answer.Refusal) };
        var calls = answer.ToolCalls.Select(AIContent (c) => ToolCalls.Parse(c.Id, c.FunctionName, c.FunctionArguments.ToString()));
        return new(new AiMessage(ChatRole.Assistant, [.. text, .. refusal, .. calls]))
        {
            ResponseId = answer.Id,
            ModelId = answer.Model,
            FinishReason = answer.FinishReason.ToAi(),
            Usage = answer.Usage?.ToAi(),
        };
    }

    // Calls, and calls again without what the model refuses to be given. A refused call costs nothing, so that it needs no place in the ledger.
    private async Task<T> CallAsync<T>(
        string name, IReadOnlyList<AiMessage> history, ChatOptions? options, Func<IReadOnlyList<OpenAiMessage>, ChatCompletionOptions, Task<T>> call, CancellationToken ct)
    {
        IReadOnlyList<OpenAiMessage> sent = [.. history.SelectMany(OpenAiMapping.ToOpenAi)];
        var settings = options.ToOpenAi(server.IsOpenAi);
        var needsTools = ToolCalls.AreIn(history);
        if (!needsTools && !server.TakesTools(name))
        {
            settings.WithoutTools();
        }
        while (true)
        {
            try
            {
                return await call(sent, settings);
            }
            catch (ClientResultException e) when (settings.Temperature is not null && OpenAiErrors.RefusesTemperature(e))
            {
                settings.Temperature = null;
            }
            catch (ClientResultException e) when (settings.Tools.Count > 0 && !needsTools && OpenAiErrors.RefusesTools(e))
            {
                server.NoteWithoutTools(name);
                settings.WithoutTools();
            }
            catch (Exception e) when (Translated(e, name, ct) is { } known)
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
        catch (Exception e) when (Translated(e, name, ct) is { } known)
        {
            throw known;
        }
    }

    private Exception? Translated(Exception error, string name, CancellationToken ct)
    {
        if (ct.IsCancellationRequested)
        {
            return new OperationCanceledException(ct); // what its own caller has cancelled may fail in any way
        }
        if (error is ClientResultException { Status: 404 } && (model is null || server.Find(name) is not null))
        {
            server.Forget();
        }
        return OpenAiErrors.Translate(error, name, clock.GetUtcNow());
    }
}
