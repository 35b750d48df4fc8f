using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChatApp.Domain.Chat.Tools;

/// <summary>How far a call of a tool is.</summary>
public enum ToolCallStatus
{
    /// <summary>It waits for the user's permission.</summary>
    Asking,
    Running,
    Complete,
    Failed,

    /// <summary>The user did not allow it, or did not answer.</summary>
    Denied,

    /// <summary>The answer ended before the call did.</summary>
    Cancelled,
}

/// <summary>One call of a tool, kept with the answer that needed it: an item of <see cref="ChatMessage.ToolCalls"/>.</summary>
public sealed record ToolCall
{
    /// <summary>Results are cut here, and say so: 16,000 UTF-16 units, some 4,000 tokens of English.</summary>
    public const int ResultMaxLength = 16_000;

    /// <summary>Longer arguments are refused: 16,000 UTF-16 units of JSON.</summary>
    public const int ArgumentsMaxLength = 16_000;

    /// <summary>More calls than this are not made for one answer.</summary>
    public const int MaxCalls = 64;

    /// <summary>Calls of one answer are the same if they are as far.</summary>
    internal static IEqualityComparer<ToolCall> ByProgress { get; } = EqualityComparer<ToolCall>.Create(
        (a, b) => a?.Id == b?.Id && a?.Status == b?.Status, call => HashCode.Combine(call.Id, call.Status));

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Unique in its answer: <c>1</c>, <c>2</c> …</summary>
    public required string Id { get; init; }

    /// <summary>What the model calls the tool.</summary>
    public required string Name { get; init; }

    /// <summary>Whose tool it is, for people.</summary>
    public required string Source { get; init; }

    /// <summary>What is being done, for people.</summary>
    public required string Doing { get; init; }

    /// <summary>A JSON object; a string if the model wrote something else.</summary>
    public required JsonElement Arguments { get; init; }

    /// <summary>The model's turn that it belongs to, from 1. Calls of one turn run at the same time.</summary>
    public required int Round { get; init; }

    /// <summary>The length of the answer's text before it, in UTF-16 units.</summary>
    public required int Position { get; init; }

    public required ToolCallStatus Status { get; init; }

    /// <summary>What the tool returned, or why it did not; null before its end.</summary>
    public string? Result { get; init; }

    /// <summary>Whether the result was too long and was cut.</summary>
    public bool Truncated { get; init; }

    public int? DurationMilliseconds { get; init; }

    [JsonIgnore]
    public bool IsOver => Status is not (ToolCallStatus.Asking or ToolCallStatus.Running);

    /// <summary>The calls that are kept with a message.</summary>
    public static IReadOnlyList<ToolCall> Of(ChatMessage message) => message.ToolCalls.Deserialize<List<ToolCall>>(Options) ?? [];

    public static string ToJson(IReadOnlyList<ToolCall> calls) => JsonSerializer.Serialize(calls, Options);
}
