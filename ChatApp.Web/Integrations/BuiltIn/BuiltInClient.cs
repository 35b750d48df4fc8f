using System.Runtime.CompilerServices;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Errors;
using ChatApp.Web.Integrations.BuiltIn.Recall;
using ChatApp.Web.Integrations.Models;
using Microsoft.Extensions.AI;
using AiMessage = Microsoft.Extensions.AI.ChatMessage;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>
/// The built-in assistant as a chat client: what answers on a machine without a model. It acts for the <see cref="ChatCaller"/> of the options and
/// nobody else. The answer is looked up at once and then handed out word by word, so that pages and clients see what they would see of a model.
/// </summary>
/// <param name="scopes">A database context lives as long as the look-up, not as long as the stream.</param>
/// <param name="clock">Paces the stream and tells the time.</param>
public sealed class BuiltInClient(IServiceScopeFactory scopes, TimeProvider clock) : IChatClient
{
    private static readonly TimeSpan ChunkInterval = TimeSpan.FromMilliseconds(10);

    // However slow the clock's ticks are, the whole answer is out after this time.
    private static readonly TimeSpan LongestStream = TimeSpan.FromSeconds(1.8);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<AiMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var prompt = messages.ToList();
        var answer = await AnswerAsync(prompt, options, cancellationToken);
        var started = clock.GetTimestamp();
        foreach (var chunk in TextChunks.Of(answer))
        {
            yield return new(ChatRole.Assistant, chunk);
            if (clock.GetElapsedTime(started) < LongestStream)
            {
                await Task.Delay(ChunkInterval, clock, cancellationToken);
            }
            cancellationToken.ThrowIfCancellationRequested();
        }
        yield return new(ChatRole.Assistant, [new UsageContent(Usage(prompt, answer))]) { FinishReason = ChatFinishReason.Stop };
    }

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<AiMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var prompt = messages.ToList();
        var answer = await AnswerAsync(prompt, options, cancellationToken);
        return new(new AiMessage(ChatRole.Assistant, answer)) { FinishReason = ChatFinishReason.Stop, Usage = Usage(prompt, answer) };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata(ModelCatalog.BuiltInName, null, ModelCatalog.BuiltInName)
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    public void Dispose()
    {
    }

    private async Task<string> AnswerAsync(List<AiMessage> prompt, ChatOptions? options, CancellationToken ct)
    {
        var asked = prompt.Where(m => m.Role == ChatRole.User).Select(m => m.Text).ToList();
        var isContinued = asked is [.., _, ReplyPreparation.GoOn];
        if (isContinued)
        {
            asked.RemoveAt(asked.Count - 1);
        }
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var assistant = new Assistant(scope.ServiceProvider.GetRequiredService<RecallService>(), clock);
            var answer = await assistant.AnswerAsync(ChatCaller.Of(options), asked, ct);
            return isContinued ? Rest(answer, prompt.Last(m => m.Role == ChatRole.Assistant).Text) : answer;
        }
        catch (Exception e) when (e.IsDatabaseUnavailable)
        {
            ct.ThrowIfCancellationRequested();
            throw new ModelException(ReplyErrorCode.ProviderUnavailable, "Your sessions cannot be looked into at the moment. Try again in a minute.", e);
        }
    }

    // What follows the part that is there; all of it if the sessions have changed since, so that it reads differently now.
    private static string Rest(string answer, string begun) =>
        answer.StartsWith(begun, StringComparison.Ordinal) ? answer[begun.Length..] : "\n\n" + answer;

    private static UsageDetails Usage(List<AiMessage> prompt, string answer)
    {
        var (input, output) = (PromptSize.Estimate(prompt, []), TokenEstimator.Count(answer));
        return new() { InputTokenCount = input, OutputTokenCount = output, TotalTokenCount = input + output };
    }
}
