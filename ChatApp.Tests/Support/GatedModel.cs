using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Models;
using ChatApp.Web.Integrations.Models;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Support;

/// <summary>A model that a test controls. Messages that no test holds get a reply at once.</summary>
internal sealed class GatedModel : IModelCatalog, IChatClient
{
    public const string Name = "gated";
    public const string Provider = "test";
    public const string Reply = "This is a reply.";

    private readonly ConcurrentDictionary<string, ModelCall> _held = new();
    private readonly ConcurrentDictionary<string, ModelScript> _scripts = new();

    /// <summary>The maximum number of tokens of a prompt and its reply.</summary>
    public int ContextWindow { get; set; } = 100_000;

    /// <summary>Further names of this model.</summary>
    public IReadOnlyList<string> Others { get; set; } = [];

    public IReadOnlyList<ModelInfo> Known() =>
    [
        new(Name, "Gated model", Provider, ContextWindow, IsDefault: true, SupportsTools: true, Problem: null),
        .. Others.Select(name => new ModelInfo(name, $"Model {name}", Provider, ContextWindow, IsDefault: false, SupportsTools: true, Problem: null)),
    ];

    public Task<IReadOnlyList<ModelInfo>> ListAsync(CancellationToken ct) => Task.FromResult(Known());

    public void AddTo(IServiceCollection services) => services.AddSingleton<IModelCatalog>(this);

    /// <summary>Plays these turns for this question: the first for the question itself, the next ones for the results of its tools.</summary>
    public ModelScript Script(string question, params ModelTurn[] turns) => _scripts[question] = new ModelScript(turns);

    /// <summary>Holds the reply to this question: the test sends it piece by piece.</summary>
    public ModelCall Hold(string question) => _held[question] = new ModelCall();

    /// <summary>The title prompt for a session with these questions and their default replies.</summary>
    public static string Conversation(params string[] questions) =>
        string.Join("\n\n", questions.Select(q => $"<user>\n{q}\n</user>\n\n<assistant>\n{Reply}\n</assistant>"));

    public ChatModel Get(string? name) =>
        name is null or Name or ChatModel.Default ? new(Name, Provider, this, ContextWindow)
        : Others.Contains(name) ? new(name, Provider, this, ContextWindow)
        : name == ModelCatalog.BuiltInName ? new(name, name, this, ContextWindow) { IsLanguageModel = false }
        : throw new InvalidException("model", "There is no such model.");

    public Task<ChatModel> FindAsync(string? name, CancellationToken ct) => Task.Run(() => Get(name), ct);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var prompt = messages.ToList();
        if (_scripts.TryGetValue(prompt.Last(m => m.Role == ChatRole.User).Text, out var script))
        {
            yield return new(ChatRole.Assistant, [.. script.Next(prompt, options)]);
            yield return ModelCall.Usage(100, 10);
            yield break;
        }
        if (!_held.TryRemove(prompt[^1].Text, out var call))
        {
            yield return new(ChatRole.Assistant, Reply);
            yield return ModelCall.Usage(prompt.Count, 4);
            yield break;
        }
        await foreach (var update in call.RunAsync(prompt, options, cancellationToken))
        {
            yield return update;
        }
    }

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}

/// <summary>One call of the model, controlled by the test.</summary>
internal sealed class ModelCall
{
    private readonly Channel<ChatResponseUpdate> _updates = Channel.CreateUnbounded<ChatResponseUpdate>();
    private readonly TaskCompletionSource<IReadOnlyList<ChatMessage>> _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The prompt, once the model is called.</summary>
    public Task<IReadOnlyList<ChatMessage>> Asked => _asked.Task.WaitAsync(Eventually.Patience);

    /// <summary>Completes when the call has ended or was cancelled.</summary>
    public Task Left => _left.Task.WaitAsync(Eventually.Patience);

    public ChatOptions? Options { get; private set; }

    /// <summary>Sends deltas.</summary>
    public ModelCall Say(params string[] deltas)
    {
        foreach (var delta in deltas)
        {
            _updates.Writer.TryWrite(new ChatResponseUpdate(ChatRole.Assistant, delta));
        }
        return this;
    }

    /// <summary>Sends any update.</summary>
    public ModelCall Give(ChatResponseUpdate update)
    {
        _updates.Writer.TryWrite(update);
        return this;
    }

    /// <summary>Reports the tokens used.</summary>
    public ModelCall Report(long prompt, long completion) => Give(Usage(prompt, completion));

    /// <summary>Ends the reply.</summary>
    public void End() => _updates.Writer.TryComplete();

    /// <summary>Fails the call.</summary>
    public void Fail(Exception exception) => _updates.Writer.TryComplete(exception);

    public static ChatResponseUpdate Usage(long prompt, long completion) => new()
    {
        Contents = [new UsageContent(new() { InputTokenCount = prompt, OutputTokenCount = completion, TotalTokenCount = prompt + completion })],
    };

    internal async IAsyncEnumerable<ChatResponseUpdate> RunAsync(
        IReadOnlyList<ChatMessage> prompt, ChatOptions? options, [EnumeratorCancellation] CancellationToken ct)
    {
        Options = options;
        _asked.TrySetResult(prompt);
        try
        {
            await foreach (var update in _updates.Reader.ReadAllAsync(ct))
            {
                yield return update;
            }
        }
        finally
        {
            _left.TrySetResult();
        }
    }
}
