using System.Text.Json;
using Anthropic.Models.Messages;
using Microsoft.Extensions.AI;
using AiMessage = Microsoft.Extensions.AI.ChatMessage;

namespace ChatApp.Web.Integrations.Anthropic;

/// <summary>Brings a prompt into the form that Anthropic's models take.</summary>
internal static class AnthropicPrompt
{
    /// <summary>Stands for the beginning of a conversation whose first message is an answer, because the question is left out or deleted.</summary>
    private const string Beginning = "(The conversation before this is left out.)";

    // The service insists on a limit.
    private const int DefaultMaxOutput = 4096;

    public static (IReadOnlyList<AiMessage> Messages, ChatOptions Options) Prepare(
        IEnumerable<AiMessage> messages, ChatOptions? options, int? maxOutput)
    {
        var all = messages.ToList();
        var talk = all.Where(m => m.Role != ChatRole.System).ToList();
        // What instructs comes first and at once: not every model knows instructions in the middle.
        var system = string.Join("\n\n", all.Where(m => m.Role == ChatRole.System).Select(m => m.Text).Where(t => !string.IsNullOrWhiteSpace(t)));
        if (talk is [{ Role: var first }, ..] && first == ChatRole.Assistant)
        {
            talk.Insert(0, new(ChatRole.User, Beginning));
        }
        IReadOnlyList<AiMessage> sent = [.. system.Length > 0 ? [new AiMessage(ChatRole.System, system)] : Array.Empty<AiMessage>(), .. talk.Select(ToSent)];
        var settings = ToSent(options, talk);
        settings.MaxOutputTokens = Math.Min(settings.MaxOutputTokens ?? DefaultMaxOutput, maxOutput ?? int.MaxValue);
        return (sent, settings);
    }

    // Results in the one form that all adapters give them.
    private static AiMessage ToSent(AiMessage message) => message.Role != ChatRole.Tool ? message : new(ChatRole.Tool,
    [
        .. message.Contents.Select(c => c is FunctionResultContent result ? new FunctionResultContent(result.CallId, ToolCalls.ResultText(result)) : c),
    ]);

    private static ChatOptions ToSent(ChatOptions? options, IReadOnlyList<AiMessage> talk)
    {
        var result = options?.Clone() ?? new ChatOptions();
        result.AdditionalProperties = null; // they are ours
        // As they are: the library would leave things out of their parameters.
        result.Tools = options?.Tools?.OfType<AIFunctionDeclaration>().Select(ToTool).ToList();
        if (result.Tools is null or { Count: 0 })
        {
            (result.Tools, result.ToolMode) = (Remembered(talk), ChatToolMode.None);
        }
        if (result.Tools is null || result is { ToolMode: AutoChatToolMode, AllowMultipleToolCalls: null })
        {
            (result.ToolMode, result.AllowMultipleToolCalls) = (null, null); // what a model may do of itself needs no word
        }
        return result;
    }

    // Calls in the history are understood only by those who know of the tools.
    private static List<AITool>? Remembered(IReadOnlyList<AiMessage> talk)
    {
        var names = talk.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Select(c => c.Name).Distinct(StringComparer.Ordinal).ToList();
        return names.Count == 0 ? null : names.ConvertAll(AITool (name) => ToTool(AIFunctionFactory.CreateDeclaration(name, null, JsonElement.Parse("{}"))));
    }

    private static AITool ToTool(AIFunctionDeclaration tool)
    {
        var parameters = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(ToolCalls.Parameters(tool))!;
        ToolUnion known = new Tool { Name = tool.Name, Description = tool.Description, InputSchema = new InputSchema(parameters) };
        return known.AsAITool();
    }
}
