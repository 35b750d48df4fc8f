using System.Text.Json;
using Anthropic.Models.Messages;
using Microsoft.Extensions.AI;
using AiMessage = Microsoft.Extensions.AI.ChatMessage;

namespace ChatApp.Web.Integrations.Anthropic;

/// <summary>Converts a prompt to the form that Anthropic's models require.</summary>
internal static class AnthropicPrompt
{
    /// <summary>Precedes a history that begins with a reply, because earlier messages are omitted or deleted.</summary>
    private const string Beginning = "(Earlier messages are omitted.)";

    // The service requires a limit.
    private const int DefaultMaxOutput = 4096;

    public static (IReadOnlyList<AiMessage> Messages, ChatOptions Options) Prepare(
        IEnumerable<AiMessage> messages, ChatOptions? options, int? maxOutput)
    {
        var all = messages.ToList();
        var talk = all.Where(m => m.Role != ChatRole.System).ToList();
        // All system messages become one at the beginning: not every model accepts them later.
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

    // Results as text, as with all providers.
    private static AiMessage ToSent(AiMessage message) => message.Role != ChatRole.Tool ? message : new(ChatRole.Tool,
    [
        .. message.Contents.Select(c => c is FunctionResultContent result ? new FunctionResultContent(result.CallId, ToolCalls.ResultText(result)) : c),
    ]);

    private static ChatOptions ToSent(ChatOptions? options, IReadOnlyList<AiMessage> talk)
    {
        var result = options?.Clone() ?? new ChatOptions();
        result.AdditionalProperties = null; // for in-process clients only
        // Converted here, because the library drops parts of the parameters' schema.
        result.Tools = options?.Tools?.OfType<AIFunctionDeclaration>().Select(ToTool).ToList();
        if (result.Tools is null or { Count: 0 })
        {
            (result.Tools, result.ToolMode) = (DeclarationsFor(talk), ChatToolMode.None);
        }
        if (result.Tools is null || result is { ToolMode: AutoChatToolMode, AllowMultipleToolCalls: null })
        {
            (result.ToolMode, result.AllowMultipleToolCalls) = (null, null); // the default needs no setting
        }
        return result;
    }

    // Calls in the history require the tools to be declared.
    private static List<AITool>? DeclarationsFor(IReadOnlyList<AiMessage> talk)
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
