using System.Text;
using System.Text.Json;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Personas;
using Microsoft.Extensions.AI;
using AiMessage = Microsoft.Extensions.AI.ChatMessage;

namespace ChatApp.Domain.Chat;

/// <summary>One call to a model's provider.</summary>
/// <param name="Model">The model.</param>
/// <param name="Persona">Whom it plays.</param>
/// <param name="Messages">What it is sent.</param>
/// <param name="Tools">What it knows of.</param>
public sealed record ModelRequest(ChatModel Model, Persona Persona, IReadOnlyList<AiMessage> Messages, IReadOnlyList<ChatTool> Tools)
{
    /// <summary>About how many tokens are sent.</summary>
    public int EstimatedTokens => PromptSize.Estimate(Messages, Tools);

    /// <summary>The most tokens that it can cost.</summary>
    public int MostTokens => Math.Min(PromptSize.Most(Messages, Tools), Model.ContextWindow) + Persona.MaxTokens;

    /// <summary>Whether it may call the tools in this turn.</summary>
    public bool MayCall { get; init; }
}

/// <summary>How many tokens are sent to a model.</summary>
public static class PromptSize
{
    /// <summary>What a provider adds around each message, roughly.</summary>
    public const int TokensPerMessage = 4;

    /// <summary>About how many tokens a prompt has.</summary>
    public static int Estimate(IReadOnlyList<AiMessage> messages, IReadOnlyList<ChatTool> tools) => Sum(messages, tools, TokenEstimator.Count);

    /// <summary>The most tokens that a prompt can have: no tokenizer makes more of a text than it has bytes.</summary>
    public static int Most(IReadOnlyList<AiMessage> messages, IReadOnlyList<ChatTool> tools) => Sum(messages, tools, Encoding.UTF8.GetByteCount);

    /// <summary>About how many tokens it takes to offer these tools.</summary>
    public static int Estimate(IReadOnlyList<ChatTool> tools) => Estimate([], tools);

    /// <summary>About how many tokens a model has written to call these tools.</summary>
    public static int Estimate(IEnumerable<FunctionCallContent> calls) => calls.Sum(c => TokenEstimator.Count(Text(c)));

    private static int Sum(IReadOnlyList<AiMessage> messages, IReadOnlyList<ChatTool> tools, Func<string, int> count) =>
        messages.Sum(m => m.Contents.Sum(c => count(Text(c))) + TokensPerMessage) + tools.Sum(t => count(Text(t)) + TokensPerMessage);

    private static string Text(AIContent content) => content switch
    {
        TextContent text => text.Text,
        FunctionCallContent call => call.Name + JsonSerializer.Serialize(call.Arguments),
        FunctionResultContent result => result.Result as string ?? JsonSerializer.Serialize(result.Result),
        _ => "",
    };

    private static string Text(ChatTool tool) => tool.Name + tool.Function.Description + tool.Function.JsonSchema.GetRawText();
}
