using ChatApp.Domain.Errors;
using Microsoft.Extensions.AI;

namespace ChatApp.Domain.Models;

/// <summary>The models of this installation.</summary>
public interface IModelCatalog
{
    /// <summary>The model with this name, one of those that can be chosen as known at the moment; the default one for null and for <see cref="ChatModel.Default"/>.</summary>
    /// <exception cref="InvalidException">There is no such model.</exception>
    ChatModel Get(string? name);

    /// <summary>Like <see cref="Get"/>, but refreshes the servers' lists first if they do not have the model, for a few seconds at most.</summary>
    /// <exception cref="InvalidException">There is no such model.</exception>
    Task<ChatModel> FindAsync(string? name, CancellationToken ct);

    /// <summary>The models that can be chosen, as known at the moment, without waiting for any server.</summary>
    IReadOnlyList<ModelInfo> Known();

    /// <summary>The models that can be chosen. Outdated lists are refreshed first, for a few seconds at most.</summary>
    Task<IReadOnlyList<ModelInfo>> ListAsync(CancellationToken ct);
}

/// <summary>A model that can be chosen.</summary>
/// <param name="Id">Its name in requests.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Provider">Who serves it.</param>
/// <param name="ContextWindow">Tokens that prompt and reply may have together.</param>
/// <param name="IsDefault">Whether it is used when no model is named.</param>
/// <param name="SupportsTools">Whether it can call tools, as far as is known.</param>
/// <param name="Problem">Why it is not available at the moment, for people; null if it is.</param>
public sealed record ModelInfo(string Id, string Name, string Provider, int ContextWindow, bool IsDefault, bool SupportsTools, string? Problem);

/// <summary>A model and the client that calls it.</summary>
/// <param name="Name">The provider's name for it.</param>
/// <param name="Provider">Who serves it, e.g. <c>openai</c>.</param>
/// <param name="Client">Calls it. It throws <see cref="ModelException"/> for all failures of a provider.</param>
/// <param name="ContextWindow">Tokens that prompt and reply may have together.</param>
/// <param name="SupportsTools">Whether it can call tools, as far as is known. It is safe to offer them to one that cannot: its client omits them.</param>
public sealed record ChatModel(string Name, string Provider, IChatClient Client, int ContextWindow, bool SupportsTools = true)
{
    /// <summary>False for an assistant that only looks things up and cannot generate titles.</summary>
    public bool IsLanguageModel { get; init; } = true;

    /// <summary>Stands for the model that is used when none is named.</summary>
    public const string Default = "default";
}

/// <summary>A provider rejected a call, failed or returned an invalid response.</summary>
/// <param name="code">One of <see cref="Chat.ReplyErrorCode"/>.</param>
/// <param name="message">A text for people, without keys or addresses with credentials.</param>
/// <param name="inner">What the provider's library threw.</param>
public sealed class ModelException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;

    /// <summary>The back-off that the provider asks for; null if a retry would not help.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>The user and the session of a call, in <see cref="ChatOptions.AdditionalProperties"/>: for assistants and tools that act for the user. Never sent to a provider.</summary>
/// <param name="UserId">The user.</param>
/// <param name="SessionId">The session that the reply belongs to.</param>
public sealed record ChatCaller(Guid UserId, Guid SessionId)
{
    private const string Key = "chatapp.caller";

    public static ChatCaller? Of(ChatOptions? options) =>
        options?.AdditionalProperties?.TryGetValue(Key, out ChatCaller? caller) == true ? caller : null;

    public AdditionalPropertiesDictionary ToProperties() => new() { [Key] = this };
}
