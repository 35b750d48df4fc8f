using System.Text.Json.Serialization;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Usage;

namespace ChatApp.Web.Features.Completions;

/// <summary>A whole answer, as OpenAI's clients read it.</summary>
/// <param name="Id">The answer's id.</param>
/// <param name="Created">Seconds since 1970.</param>
/// <param name="Model">What answered.</param>
/// <param name="Choices">One answer.</param>
/// <param name="Usage">What it has cost.</param>
public sealed record CompletionResponse(string Id, long Created, string Model, IReadOnlyList<CompletionChoice> Choices, CompletionUsage? Usage)
{
    [JsonPropertyName("object")]
    public string Kind => "chat.completion";

    /// <summary>The session that the exchange is kept in; null if it is not.</summary>
    public Guid? SessionId { get; init; }
}

/// <summary>An answer.</summary>
public sealed record CompletionChoice(int Index, CompletionAnswer Message, string FinishReason)
{
    public object? Logprobs { get; }
}

/// <summary>The answer's text.</summary>
public sealed record CompletionAnswer(string Role, string Content)
{
    public string? Refusal { get; }
}

/// <summary>Tokens.</summary>
public sealed record CompletionUsage(long PromptTokens, long CompletionTokens, long TotalTokens);

/// <summary>A piece of an answer.</summary>
public sealed record CompletionChunk(string Id, long Created, string Model, IReadOnlyList<ChunkChoice> Choices)
{
    [JsonPropertyName("object")]
    public string Kind => "chat.completion.chunk";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CompletionUsage? Usage { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? SessionId { get; init; }
}

/// <summary>A piece of an answer's text.</summary>
public sealed record ChunkChoice(int Index, ChunkDelta Delta, string? FinishReason);

/// <summary>What is new.</summary>
public sealed record ChunkDelta
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Role { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Content { get; init; }
}

/// <summary>The models, as OpenAI's clients read them.</summary>
public sealed record CompletionModels(IReadOnlyList<CompletionModel> Data)
{
    [JsonPropertyName("object")]
    public string Kind => "list";
}

/// <summary>A model.</summary>
public sealed record CompletionModel(string Id, long Created, string OwnedBy)
{
    [JsonPropertyName("object")]
    public string Kind => "model";
}

internal static class CompletionMapping
{
    extension(TokenUsage usage)
    {
        public CompletionUsage ToCompletionUsage() => new(usage.PromptTokens, usage.CompletionTokens, usage.TotalTokens);
    }
}
