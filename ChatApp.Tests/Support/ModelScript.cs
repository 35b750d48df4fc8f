using System.Collections.Concurrent;
using Microsoft.Extensions.AI;

namespace ChatApp.Tests.Support;

/// <summary>The content of a model's turn, given its prompt.</summary>
internal delegate IEnumerable<AIContent> ModelTurn(IReadOnlyList<ChatMessage> prompt);

/// <summary>A model's turns with tools, and the prompts it received. The last turn is repeated.</summary>
internal sealed class ModelScript(ModelTurn[] turns)
{
    private readonly ConcurrentQueue<(IReadOnlyList<ChatMessage> Prompt, ChatOptions? Options)> _asked = new();

    /// <summary>The prompt of each turn so far.</summary>
    public IReadOnlyList<(IReadOnlyList<ChatMessage> Prompt, ChatOptions? Options)> Asked => [.. _asked];

    /// <summary>The tool results before the last turn.</summary>
    public IReadOnlyList<string> LastResults =>
        [.. _asked.Last().Prompt[^1].Contents.OfType<FunctionResultContent>().Select(r => (string)r.Result!)];

    public static ModelTurn Say(string text) => _ => [new TextContent(text)];

    /// <summary>Calls tools, all in one turn. Every turn uses the same call ids, as some providers do.</summary>
    public static ModelTurn Call(params (string Name, object? Arguments)[] calls) => _ => calls.Select((c, i) => Wish(i, c.Name, c.Arguments));

    public static FunctionCallContent Wish(int index, string name, object? arguments = null) => new(
        $"call_{index}", name, System.Text.Json.JsonSerializer.SerializeToElement(arguments ?? new { }).EnumerateObject().ToDictionary(p => p.Name, p => (object?)p.Value.Clone()));

    public IEnumerable<AIContent> Next(IReadOnlyList<ChatMessage> prompt, ChatOptions? options)
    {
        var turn = turns[Math.Min(_asked.Count, turns.Length - 1)];
        _asked.Enqueue((prompt, options));
        return turn(prompt);
    }
}
