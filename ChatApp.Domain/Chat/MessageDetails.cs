using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChatApp.Domain.Chat;

/// <summary>What the app stores about a reply in <see cref="ChatMessage.Metadata"/>.</summary>
public sealed record MessageDetails
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    };

    /// <summary>The empty object.</summary>
    public static JsonElement None { get; } = new MessageDetails().ToJson();

    /// <summary>The key of the persona that replied; a session can change its own.</summary>
    public string? Persona { get; init; }

    /// <summary>Why a reply failed, for people.</summary>
    public string? Error { get; init; }

    /// <summary>The same for programs; see <see cref="ReplyErrorCode"/>.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>Whether the user stopped an interrupted reply, as opposed to the end of its process.</summary>
    public bool Stopped { get; init; }

    /// <summary>Whether the reply was cut at <see cref="ChatMessage.ReplyMaxLength"/> or at the model's own limit.</summary>
    public bool Truncated { get; init; }

    /// <summary>How many older messages did not fit into the model's context window.</summary>
    public int OmittedMessages { get; init; }

    /// <summary>Whether the model requested more rounds of tools than <see cref="ChatSettings.MaxToolRounds"/> allows.</summary>
    public bool ToolRoundsUsedUp { get; init; }

    public static MessageDetails From(JsonElement metadata) => metadata.Deserialize<MessageDetails>(Options) ?? new();

    public JsonElement ToJson() => JsonSerializer.SerializeToElement(this, Options);
}

/// <summary>Why a reply failed, for programs.</summary>
public static class ReplyErrorCode
{
    public const string Timeout = "timeout";
    public const string ProviderUnavailable = "provider_unavailable";
    public const string ProviderRefused = "provider_refused";
    public const string RateLimited = "provider_rate_limited";
    public const string EmptyReply = "empty_answer";
    public const string InvalidResponse = "provider_invalid_answer";
    public const string QuotaExceeded = "quota_exceeded";
    public const string Internal = "internal";
}
