using System.Collections.Concurrent;
using Microsoft.Extensions.AI;

namespace ChatApp.Tests.Support;

/// <summary>What a model says in a turn, given what it is sent.</summary>
internal delegate IEnumerable<AIContent> ModelTurn(IReadOnlyList<ChatMessage> prompt);

/// <summary>A model's turns with its tools, and what it was sent. The last turn is repeated for ever.</summary>
internal sealed class ModelScript(ModelTurn[] turns)
{
    private readonly ConcurrentQueue<(IReadOnlyList<ChatMessage> Prompt, ChatOptions? Options)> _asked = new();

    /// <summary>What the model was sent in each turn so far.</summary>
    public IReadOnlyList<(IReadOnlyList<ChatMessage> Prompt, ChatOptions? Options)> Asked => [.. _asked];

    /// <summary>What its tools returned to it before its last turn.</summary>
    public IReadOnlyList<string> LastResults =>
        [.. _asked.Last().Prompt[^1].Contents.OfType<FunctionResultContent>().Select(r => (string)r.Result!)];

    public static ModelTurn Say(string text) => _ => [new TextContent(text)];

    /// <summary>Calls tools, all at once. Every turn's calls are called the same: some providers number them so.</summary>
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
