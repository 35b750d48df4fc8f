using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Models;
using ChatApp.Domain.Personas;
using AiMessage = Microsoft.Extensions.AI.ChatMessage;

namespace ChatApp.Domain.Chat.Generation;

/// <summary>One request to a model's provider.</summary>
/// <param name="Model">The model.</param>
/// <param name="Persona">The persona, for its temperature and maximum reply length.</param>
/// <param name="Messages">The prompt: system prompt, system messages and the history that fits, oldest first.</param>
/// <param name="Tools">The tools that are offered.</param>
/// <param name="Caller">The user and the session of the request.</param>
public sealed record ModelRequest(ChatModel Model, Persona Persona, IReadOnlyList<AiMessage> Messages, IReadOnlyList<ChatTool> Tools, ChatCaller Caller)
{
    /// <summary>Older messages that did not fit into the context window.</summary>
    public int Omitted { get; init; }

    /// <summary>Whether the model may call tools in this turn.</summary>
    public bool MayCall { get; init; }

    /// <summary>The estimated number of tokens sent.</summary>
    public int EstimatedTokens => TokenEstimator.Estimate(Messages, Tools);

    /// <summary>The most tokens that the request can cost.</summary>
    public int MostTokens => Math.Min(TokenEstimator.Most(Messages, Tools) - TokenEstimator.Spared(Persona), Model.ContextWindow) + Persona.MaxTokens;
}
