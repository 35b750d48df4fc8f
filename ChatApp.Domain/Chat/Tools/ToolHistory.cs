using System.Globalization;
using System.Text.Json;
using ChatApp.Domain.Chat.Ports;
using Microsoft.Extensions.AI;
using AiMessage = Microsoft.Extensions.AI.ChatMessage;

namespace ChatApp.Domain.Chat.Tools;

/// <summary>Tells a model again what its tools returned for an earlier answer, so that questions about it need no second look.</summary>
internal static class ToolHistory
{
    /// <summary>The answer as its turns were: text and calls, results, text.</summary>
    /// <param name="answer">A stored answer.</param>
    /// <param name="tools">What is offered now: providers refuse calls of anything that cannot be a tool.</param>
    /// <returns>Nothing if no call can be told.</returns>
    public static IReadOnlyList<AiMessage> Turns(ChatMessage answer, IReadOnlyList<ChatTool> tools)
    {
        if (tools.Count == 0 || answer.ToolCalls.GetArrayLength() == 0)
        {
            return [];
        }
        var calls = ToolCall.Of(answer)
            .Where(c => c is { Result: not null, Arguments.ValueKind: JsonValueKind.Object } && c.Position <= answer.Content.Length && tools.Any(t => t.Name == c.Name)).ToList();
        var (turns, told) = (new List<AiMessage>(), 0);
        foreach (var round in calls.GroupBy(c => c.Round))
        {
            var before = answer.Content[told..round.First().Position].Trim();
            told = round.First().Position;
            turns.Add(new(ChatRole.Assistant, [.. Text(before), .. round.Select(c => new FunctionCallContent(Id(answer, c), c.Name, Arguments(c)))]));
            turns.Add(new(ChatRole.Tool, [.. round.Select(c => new FunctionResultContent(Id(answer, c), c.Result))]));
        }
        if (turns.Count > 0 && answer.Content[told..].Trim() is { Length: > 0 } rest)
        {
            turns.Add(new(ChatRole.Assistant, rest));
        }
        return turns;
    }

    // Unique in the whole prompt.
    private static string Id(ChatMessage answer, ToolCall call) => string.Create(CultureInfo.InvariantCulture, $"call_{answer.Seq}_{call.Id}");

    private static IEnumerable<AIContent> Text(string text) => text.Length > 0 ? [new TextContent(text)] : [];

    private static Dictionary<string, object?> Arguments(ToolCall call) => call.Arguments.EnumerateObject().ToDictionary(p => p.Name, p => (object?)p.Value);
}
