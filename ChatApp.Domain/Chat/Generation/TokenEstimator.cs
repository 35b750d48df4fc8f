using System.Text;
using System.Text.Json;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Personas;
using Microsoft.Extensions.AI;
using AiMessage = Microsoft.Extensions.AI.ChatMessage;

namespace ChatApp.Domain.Chat.Generation;

/// <summary>
/// Estimates tokens where the provider reports none: four characters a token in alphabetic scripts ("about four characters" for English, says OpenAI's help
/// centre), one character a token in scripts whose words have one or two characters.
/// </summary>
public static class TokenEstimator
{
    /// <summary>The approximate overhead of each message.</summary>
    public const int TokensPerMessage = 4;

    public static int Count(string text)
    {
        var (narrow, wide) = (0, 0);
        Tally(text, ref narrow, ref wide);
        return Count(narrow, wide);
    }

    /// <summary>The tokens of a text that was tallied piece by piece.</summary>
    public static int Count(int narrow, int wide) => wide + (narrow + 3) / 4;

    /// <summary>Adds a piece's characters to the counts of narrow and wide ones.</summary>
    public static void Tally(string text, ref int narrow, ref int wide)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value >= 0x2E80 ? wide++ : narrow++; // from the CJK radicals on
        }
    }

    /// <summary>The estimated tokens of a prompt.</summary>
    public static int Estimate(IReadOnlyList<AiMessage> messages, IReadOnlyList<ChatTool> tools) => Sum(messages, tools, Count);

    /// <summary>The estimated tokens of these tools' definitions.</summary>
    public static int Estimate(IReadOnlyList<ChatTool> tools) => Estimate([], tools);

    /// <summary>The estimated tokens of these tool calls.</summary>
    public static int Estimate(IEnumerable<FunctionCallContent> calls) => calls.Sum(c => Count(Text(c)));

    /// <summary>The most tokens that a prompt can have: no tokenizer produces more tokens than a text has bytes.</summary>
    public static int Most(IReadOnlyList<AiMessage> messages, IReadOnlyList<ChatTool> tools) => Sum(messages, tools, Encoding.UTF8.GetByteCount);

    /// <summary>How many tokens fewer than bytes the persona's instructions have: they are the operator's, who writes sentences and not what tokenizers do worst.</summary>
    public static int Spared(Persona persona) => Encoding.UTF8.GetByteCount(persona.SystemPrompt) / 2;

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
