using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChatApp.Domain.Chat.Generation.Tools;

/// <summary>The progress of a tool call.</summary>
public enum ToolCallStatus
{
    /// <summary>It waits for the user's approval.</summary>
    Asking,
    Running,
    Complete,
    Failed,

    /// <summary>The user did not allow it, or did not respond in time.</summary>
    Denied,

    /// <summary>The reply ended before the call did.</summary>
    Cancelled,
}

/// <summary>A tool call, stored with its reply: an item of <see cref="ChatMessage.ToolCalls"/>.</summary>
public sealed record ToolCall
{
    /// <summary>Longer results are cut and marked: 16,000 UTF-16 units, some 4,000 tokens of English.</summary>
    public const int ResultMaxLength = 16_000;

    /// <summary>Longer arguments are rejected: 16,000 UTF-16 units of JSON.</summary>
    public const int ArgumentsMaxLength = 16_000;

    /// <summary>The maximum number of calls per reply.</summary>
    public const int MaxCalls = 64;

    /// <summary>Compares calls of one reply by their progress.</summary>
    internal static IEqualityComparer<ToolCall> ByProgress { get; } = EqualityComparer<ToolCall>.Create(
        (a, b) => a?.Id == b?.Id && a?.Status == b?.Status, call => HashCode.Combine(call.Id, call.Status));

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Unique in its reply: <c>1</c>, <c>2</c> …</summary>
    public required string Id { get; init; }

    /// <summary>The tool's name, as models know it.</summary>
    public required string Name { get; init; }

    /// <summary>The source of the tool, for people.</summary>
    public required string Source { get; init; }

    /// <summary>What the page shows while it runs.</summary>
    public required string Doing { get; init; }

    /// <summary>A JSON object; a string if the model sent something else.</summary>
    public required JsonElement Arguments { get; init; }

    /// <summary>The model's turn that it belongs to, from 1. Calls of one turn run at the same time.</summary>
    public required int Round { get; init; }

    /// <summary>The length of the reply's text before it, in UTF-16 units.</summary>
    public required int Position { get; init; }

    public required ToolCallStatus Status { get; init; }

    /// <summary>What the tool returned, or why it failed; null until it ends.</summary>
    public string? Result { get; init; }

    /// <summary>Whether the result was cut.</summary>
    public bool Truncated { get; init; }

    public int? DurationMilliseconds { get; init; }

    [JsonIgnore]
    public bool IsOver => Status is not (ToolCallStatus.Asking or ToolCallStatus.Running);

    /// <summary>The calls that are stored with a message.</summary>
    public static IReadOnlyList<ToolCall> Of(ChatMessage message) => message.ToolCalls.Deserialize<List<ToolCall>>(Options) ?? [];

    public static JsonElement ToJson(IReadOnlyList<ToolCall> calls) => JsonSerializer.SerializeToElement(calls, Options);
}
