using System.Runtime.CompilerServices;
using ChatApp.Domain.Models;
using Microsoft.Extensions.AI;

namespace ChatApp.Bench.Serving;

/// <summary>A provider inside the app: a message that requests a script gets it as its reply, any other gets a short reply instantly.</summary>
internal sealed class ScriptedModel : IModelCatalog, IChatClient
{
    private const string Reply = "This is a reply.";

    public ChatModel Get(string? name) => new("scripted", "bench", this, 100_000) { IsLanguageModel = false }; // generates no titles

    public Task<ChatModel> FindAsync(string? name, CancellationToken ct) => Task.FromResult(Get(name));

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var message = messages.Last().Text;
        if (TokenScript.Of(message) is { } script)
        {
            await foreach (var token in script.EmitAsync(cancellationToken))
            {
                yield return new(ChatRole.Assistant, token);
            }
        }
        else
        {
            yield return new(ChatRole.Assistant, Reply);
        }
        yield return new() { Contents = [new UsageContent(new() { InputTokenCount = 10, OutputTokenCount = 10, TotalTokenCount = 20 })] };
    }

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    public IReadOnlyList<ModelInfo> Known() => [new("scripted", "Scripted", "bench", 100_000, IsDefault: true, SupportsTools: false, Problem: null)];

    public Task<IReadOnlyList<ModelInfo>> ListAsync(CancellationToken ct) => Task.FromResult(Known());
}
