using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Models;
using ChatApp.Web.Integrations.Models;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Support;

/// <summary>A model in the hands of a test. What nobody has asked to hold is answered at once.</summary>
internal sealed class GatedModel : IModelCatalog, IChatClient
{
    public const string Name = "gated";
    public const string Provider = "test";
    public const string Answer = "This is an answer.";

    private readonly ConcurrentDictionary<string, ModelCall> _held = new();
    private readonly ConcurrentDictionary<string, ModelScript> _scripts = new();

    /// <summary>Tokens that a prompt and its answer may have.</summary>
    public int ContextWindow { get; set; } = 100_000;

    /// <summary>Names that it answers to as well.</summary>
    public IReadOnlyList<string> Others { get; set; } = [];

    public IReadOnlyList<ModelInfo> Known() =>
    [
        new(Name, "Gated model", Provider, ContextWindow, IsDefault: true, SupportsTools: true, Problem: null),
        .. Others.Select(name => new ModelInfo(name, $"Model {name}", Provider, ContextWindow, IsDefault: false, SupportsTools: true, Problem: null)),
    ];

    public Task<IReadOnlyList<ModelInfo>> ListAsync(CancellationToken ct) => Task.FromResult(Known());

    public void AddTo(IServiceCollection services) => services.AddSingleton<IModelCatalog>(this);

    /// <summary>Plays these turns, one after the other, when it is asked this: the first at the question, the next ones at what its tools return.</summary>
    public ModelScript Script(string question, params ModelTurn[] turns) => _scripts[question] = new ModelScript(turns);

    /// <summary>Holds the answer to this question: the test gives it piece by piece.</summary>
    public ModelCall Hold(string question) => _held[question] = new ModelCall();

    /// <summary>What it is asked when a session is to be named in which it has answered these questions at once.</summary>
    public static string Conversation(params string[] questions) =>
        string.Join("\n\n", questions.Select(q => $"<user>\n{q}\n</user>\n\n<assistant>\n{Answer}\n</assistant>"));

    public ChatModel Get(string? name) =>
        name is null or Name or ChatModel.Default ? new(Name, Provider, this, ContextWindow)
        : Others.Contains(name) ? new(name, Provider, this, ContextWindow)
        : name == ModelCatalog.BuiltInName ? new(name, name, this, ContextWindow) { IsLanguageModel = false }
        : throw new InvalidException("model", "There is no such model.");

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
            yield return new(ChatRole.Assistant, Answer);
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

/// <summary>One call of the model, as its test lets it go on.</summary>
internal sealed class ModelCall
{
    private readonly Channel<ChatResponseUpdate> _updates = Channel.CreateUnbounded<ChatResponseUpdate>();
    private readonly TaskCompletionSource<IReadOnlyList<ChatMessage>> _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The prompt, once the model has been asked.</summary>
    public Task<IReadOnlyList<ChatMessage>> Asked => _asked.Task.WaitAsync(Eventually.Patience);

    /// <summary>Ends when nobody reads the answer any more.</summary>
    public Task Left => _left.Task.WaitAsync(Eventually.Patience);

    public ChatOptions? Options { get; private set; }

    /// <summary>Gives text.</summary>
    public ModelCall Say(params string[] deltas)
    {
        foreach (var delta in deltas)
        {
            _updates.Writer.TryWrite(new ChatResponseUpdate(ChatRole.Assistant, delta));
        }
        return this;
    }

    /// <summary>Gives an update of any kind.</summary>
    public ModelCall Give(ChatResponseUpdate update)
    {
        _updates.Writer.TryWrite(update);
        return this;
    }

    /// <summary>Reports the tokens used.</summary>
    public ModelCall Report(long prompt, long completion) => Give(Usage(prompt, completion));

    /// <summary>Ends the answer.</summary>
    public void End() => _updates.Writer.TryComplete();

    /// <summary>Breaks off.</summary>
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
