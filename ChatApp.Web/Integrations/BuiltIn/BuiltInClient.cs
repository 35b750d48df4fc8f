using System.Runtime.CompilerServices;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Generation;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Models;
using ChatApp.Web.Integrations.BuiltIn.Recall;
using ChatApp.Web.Integrations.Models;
using Microsoft.Extensions.AI;
using AiMessage = Microsoft.Extensions.AI.ChatMessage;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>
/// The built-in assistant as a chat client, for machines without a model. It reads only the sessions of the <see cref="ChatCaller"/> in the options.
/// The reply is generated at once and then streamed word by word, like a model's.
/// </summary>
/// <param name="scopes">For a database context that lives only as long as the search, not as long as the stream.</param>
/// <param name="clock">For the pace of the stream and the time of day.</param>
public sealed class BuiltInClient(IServiceScopeFactory scopes, TimeProvider clock) : IChatClient
{
    private static readonly TimeSpan ChunkInterval = TimeSpan.FromMilliseconds(10);

    // After this time the rest of the reply is sent without delays, however coarse the system's timer is.
    private static readonly TimeSpan MaxDuration = TimeSpan.FromSeconds(1.8);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<AiMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var prompt = messages.ToList();
        var reply = await ReplyAsync(prompt, options, cancellationToken);
        var started = clock.GetTimestamp();
        foreach (var chunk in TextChunks.Of(reply))
        {
            yield return new(ChatRole.Assistant, chunk);
            if (clock.GetElapsedTime(started) < MaxDuration)
            {
                await Task.Delay(ChunkInterval, clock, cancellationToken);
            }
            cancellationToken.ThrowIfCancellationRequested();
        }
        yield return new(ChatRole.Assistant, [new UsageContent(Usage(prompt, reply))]) { FinishReason = ChatFinishReason.Stop };
    }

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<AiMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var prompt = messages.ToList();
        var reply = await ReplyAsync(prompt, options, cancellationToken);
        return new(new AiMessage(ChatRole.Assistant, reply)) { FinishReason = ChatFinishReason.Stop, Usage = Usage(prompt, reply) };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata(ModelCatalog.BuiltInName, null, ModelCatalog.BuiltInName)
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    public void Dispose()
    {
    }

    private async Task<string> ReplyAsync(List<AiMessage> prompt, ChatOptions? options, CancellationToken ct)
    {
        var texts = prompt.Where(m => m.Role == ChatRole.User).Select(m => m.Text).ToList();
        var isContinued = texts is [.., _, PromptBuilder.ContinuePrompt];
        if (isContinued)
        {
            texts.RemoveAt(texts.Count - 1);
        }
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var assistant = new Assistant(scope.ServiceProvider.GetRequiredService<RecallService>(), clock);
            var reply = await assistant.ReplyAsync(ChatCaller.Of(options), texts, ct);
            return isContinued ? Rest(reply, prompt.Last(m => m.Role == ChatRole.Assistant).Text) : reply;
        }
        catch (Exception e) when (e.IsDatabaseUnavailable)
        {
            ct.ThrowIfCancellationRequested();
            throw new ModelException(ReplyErrorCode.ProviderUnavailable, "Your chats can't be searched at the moment. Try again in a minute.", e);
        }
    }

    // The part after the existing text, or all of it if the sessions have changed since, so that the reply is different.
    private static string Rest(string reply, string existing) =>
        reply.StartsWith(existing, StringComparison.Ordinal) ? reply[existing.Length..] : "\n\n" + reply;

    private static UsageDetails Usage(List<AiMessage> prompt, string reply)
    {
        var (input, output) = (TokenEstimator.Estimate(prompt, []), TokenEstimator.Count(reply));
        return new() { InputTokenCount = input, OutputTokenCount = output, TotalTokenCount = input + output };
    }
}
