using System.Text.Json.Serialization;
using ChatApp.Domain.Usage;

namespace ChatApp.Web.Features.Completions;

/// <summary>A whole reply, in OpenAI's format.</summary>
/// <param name="Id">The reply's id.</param>
/// <param name="Created">Seconds since 1970.</param>
/// <param name="Model">The model.</param>
/// <param name="Choices">One choice.</param>
/// <param name="Usage">The tokens used.</param>
public sealed record CompletionResponse(string Id, long Created, string Model, IReadOnlyList<CompletionChoice> Choices, CompletionUsage? Usage)
{
    [JsonPropertyName("object")]
    public string Kind => "chat.completion";

    /// <summary>The session in which the exchange is stored; null if it is not stored.</summary>
    public Guid? SessionId { get; init; }
}

/// <summary>A reply.</summary>
public sealed record CompletionChoice(int Index, CompletionReply Message, string FinishReason)
{
    public object? Logprobs { get; }
}

/// <summary>The reply's text.</summary>
public sealed record CompletionReply(string Role, string Content)
{
    public string? Refusal { get; }
}

/// <summary>Tokens.</summary>
public sealed record CompletionUsage(long PromptTokens, long CompletionTokens, long TotalTokens);

/// <summary>A chunk of a reply.</summary>
public sealed record CompletionChunk(string Id, long Created, string Model, IReadOnlyList<ChunkChoice> Choices)
{
    [JsonPropertyName("object")]
    public string Kind => "chat.completion.chunk";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CompletionUsage? Usage { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? SessionId { get; init; }
}

/// <summary>A piece of the reply's text.</summary>
public sealed record ChunkChoice(int Index, ChunkDelta Delta, string? FinishReason);

/// <summary>The new text.</summary>
public sealed record ChunkDelta
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Role { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Content { get; init; }
}

/// <summary>The models, in OpenAI's format.</summary>
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
