using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChatApp.Domain.Chat;

/// <summary>What the app tells about an answer in <see cref="ChatMessage.Metadata"/>.</summary>
public sealed record MessageDetails
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    };

    /// <summary>Nothing to tell: the empty object.</summary>
    public static JsonElement None { get; } = new MessageDetails().ToJson();

    /// <summary>Who answered: the key of the persona, which a session can change.</summary>
    public string? Persona { get; init; }

    /// <summary>Why a failed answer failed, for people.</summary>
    public string? Error { get; init; }

    /// <summary>The same for programs: see <see cref="ReplyErrorCode"/>.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>Whether an interrupted reply was stopped by the user, and not by the end of its process.</summary>
    public bool Stopped { get; init; }

    /// <summary>Whether the answer reached <see cref="ChatMessage.ReplyMaxLength"/> or the model's own limit and was cut there.</summary>
    public bool Truncated { get; init; }

    /// <summary>How many older messages did not fit into the model's context window.</summary>
    public int OmittedMessages { get; init; }

    /// <summary>Whether the model wanted to call tools more often than <see cref="ChatSettings.MaxToolRounds"/> allows.</summary>
    public bool ToolRoundsUsedUp { get; init; }

    public static MessageDetails From(JsonElement metadata) => metadata.Deserialize<MessageDetails>(Options) ?? new();

    public JsonElement ToJson() => JsonSerializer.SerializeToElement(this, Options);
}

/// <summary>Why an answer failed, for programs.</summary>
public static class ReplyErrorCode
{
    public const string Timeout = "timeout";
    public const string ProviderUnavailable = "provider_unavailable";
    public const string ProviderRefused = "provider_refused";
    public const string RateLimited = "provider_rate_limited";
    public const string EmptyAnswer = "empty_answer";
    public const string InvalidAnswer = "provider_invalid_answer";
    public const string QuotaExceeded = "quota_exceeded";
    public const string Internal = "internal";
}
