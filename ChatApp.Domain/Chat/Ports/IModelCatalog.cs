using ChatApp.Domain.Errors;
using Microsoft.Extensions.AI;

namespace ChatApp.Domain.Chat.Ports;

/// <summary>The models that this installation can talk to.</summary>
public interface IModelCatalog
{
    /// <summary>The model with this name; the default one for null and for <see cref="ChatModel.Default"/>.</summary>
    /// <exception cref="InvalidException">There is no such model.</exception>
    ChatModel Get(string? name);

    /// <summary>What can be chosen, as far as is known at this moment: nothing is waited for.</summary>
    IReadOnlyList<ModelInfo> Known();

    /// <summary>What can be chosen. Servers that were not asked lately are asked first, for seconds at most.</summary>
    Task<IReadOnlyList<ModelInfo>> ListAsync(CancellationToken ct);
}

/// <summary>A model that can be chosen.</summary>
/// <param name="Id">What to call it in requests.</param>
/// <param name="Name">What people see.</param>
/// <param name="Provider">Who serves it.</param>
/// <param name="ContextWindow">Tokens that prompt and answer may have together.</param>
/// <param name="IsDefault">Whether it answers when nobody names one.</param>
/// <param name="SupportsTools">Whether it can call tools, as far as is known.</param>
/// <param name="Problem">Why it cannot be had at the moment, for people; null if it can.</param>
public sealed record ModelInfo(string Id, string Name, string Provider, int ContextWindow, bool IsDefault, bool SupportsTools, string? Problem);

/// <summary>A model and the way to it.</summary>
/// <param name="Name">What the provider calls it.</param>
/// <param name="Provider">Who serves it, e.g. <c>openai</c>.</param>
/// <param name="Client">Calls it. It throws <see cref="ModelException"/> for what a provider can do wrong.</param>
/// <param name="ContextWindow">Tokens that prompt and answer may have together.</param>
/// <param name="SupportsTools">Whether it can call tools, as far as is known. Offering them to one that cannot does no harm: its client leaves them out.</param>
public sealed record ChatModel(string Name, string Provider, IChatClient Client, int ContextWindow, bool SupportsTools = true)
{
    /// <summary>False for an assistant that looks things up and can do no task of the app's own, such as to name a session.</summary>
    public bool IsLanguageModel { get; init; } = true;

    /// <summary>Names whichever model answers when nobody names one.</summary>
    public const string Default = "default";
}

/// <summary>A provider refused, failed or answered nonsense.</summary>
/// <param name="code">One of <see cref="ReplyErrorCode"/>.</param>
/// <param name="message">A text for people, without keys or addresses with credentials.</param>
/// <param name="inner">What the provider's library threw.</param>
public sealed class ModelException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;

    /// <summary>When the provider wants to be asked again; null if that would not help.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>Who asks: handed to the model's client in <see cref="ChatOptions.AdditionalProperties"/>, for assistants that act for the user. Never sent out.</summary>
/// <param name="UserId">The caller, whose identity everything on the way keeps.</param>
/// <param name="SessionId">The session that the answer belongs to.</param>
public sealed record ChatCaller(Guid UserId, Guid SessionId)
{
    private const string Key = "chatapp.caller";

    public static ChatCaller? Of(ChatOptions? options) =>
        options?.AdditionalProperties?.TryGetValue(Key, out ChatCaller? caller) == true ? caller : null;

    public AdditionalPropertiesDictionary ToProperties() => new() { [Key] = this };
}
