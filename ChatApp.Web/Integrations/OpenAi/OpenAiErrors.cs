using System.ClientModel;
using System.Text.Json;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Ports;

namespace ChatApp.Web.Integrations.OpenAi;

/// <summary>
/// Puts what goes wrong with a provider into words for people. Nothing of the provider's own text gets in: it may quote the key, the address or the chat.
/// </summary>
internal static class OpenAiErrors
{
    // What a provider that does not say when gets to recover.
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(1);

    /// <summary>The same failure as a <see cref="ModelException"/>; null for one that the provider has nothing to do with.</summary>
    /// <param name="error">What the library threw.</param>
    /// <param name="model">The model that was asked, if one was.</param>
    /// <param name="now">The present, for providers that name a time.</param>
    public static ModelException? Translate(Exception error, string? model, DateTimeOffset now) => error switch
    {
        ModelException known => known,
        ClientResultException { Status: 429 } busy => TooMany(busy, now),
        ClientResultException { Status: > 0 } refused => OfStatus(refused, model), // without the cause, which quotes the answer
        OperationCanceledException => new(ReplyErrorCode.ProviderUnavailable, "The model's server did not answer in time.", error),
        ClientResultException { InnerException: HttpRequestException cause } => Unreachable(cause),
        HttpRequestException cause => Unreachable(cause),
        ClientResultException or IOException => Broken(error),
        // What reading malformed JSON, or JSON of another shape, ends in.
        JsonException or FormatException or InvalidOperationException or ArgumentException or KeyNotFoundException or OverflowException or NotSupportedException
            => Nonsense(),
        _ => null,
    };

    /// <summary>The stream ended before the model said that it had finished.</summary>
    public static ModelException Broken(Exception? cause = null) =>
        new(ReplyErrorCode.ProviderUnavailable, "The connection to the model's server broke before the answer was complete.", cause);

    /// <summary>The answer is not one. Its cause would quote it.</summary>
    public static ModelException Nonsense() =>
        new(ReplyErrorCode.InvalidAnswer, "The model's server sent something that is not an answer. Does its address lead to an OpenAI-compatible server?");

    /// <summary>Whether the model refuses to have its temperature set, as those that reason before they answer do.</summary>
    public static bool RefusesTemperature(ClientResultException error) => error.Status == 400 && ErrorOf(error).Param == "temperature";

    private static ModelException OfStatus(ClientResultException error, string? model) => error.Status switch
    {
        401 => Refused("The model's provider did not accept the key. Whoever runs this app can correct it."),
        402 => Refused("The account at the model's provider has no credit left."),
        403 => Refused("The model's provider does not allow this key to use the model."),
        404 or 405 when model is null => Refused("The model's server cannot list its models. Name one with Chat:Model."),
        404 or 405 => Refused($"The model's provider does not know the model “{model}”, or its address is wrong."),
        400 or 413 or 422 when IsTooLong(error) => Refused("The conversation is too long for the model. A shorter message or a new session helps."),
        408 or >= 500 => new(ReplyErrorCode.ProviderUnavailable, $"The model's provider has a problem at the moment (HTTP {error.Status}). Try again later."),
        >= 300 and < 400 => Refused($"The model's server has moved (HTTP {error.Status}). Whoever runs this app can correct its address."),
        _ => Refused($"The model's provider did not accept the request (HTTP {error.Status})."),
    };

    // One status for two things: "later" and "not before somebody has paid".
    private static ModelException TooMany(ClientResultException error, DateTimeOffset now) => ErrorOf(error).Code == "insufficient_quota"
        ? new(ReplyErrorCode.RateLimited, "The account at the model's provider has used up its quota.")
        : new(ReplyErrorCode.RateLimited, "The model's provider gets too many requests at the moment. Try again in a minute.")
        {
            RetryAfter = RetryAfter(error, now) ?? ShortWait,
        };

    private static ModelException Refused(string text) => new(ReplyErrorCode.ProviderRefused, text);

    private static ModelException Unreachable(HttpRequestException cause) => cause.HttpRequestError switch
    {
        HttpRequestError.SecureConnectionError => new(ReplyErrorCode.ProviderUnavailable, "No secure connection to the model's server could be made.", cause),
        HttpRequestError.ResponseEnded => Broken(cause),
        _ => new(ReplyErrorCode.ProviderUnavailable, "The model's server could not be reached. Is it running?", cause),
    };

    // OpenAI says it with a code, others only in their text.
    private static bool IsTooLong(ClientResultException error)
    {
        var (code, _, text) = ErrorOf(error);
        return code is "context_length_exceeded" or "string_above_max_length" || (text.Contains("context", StringComparison.OrdinalIgnoreCase)
            && (text.Contains("length", StringComparison.OrdinalIgnoreCase) || text.Contains("size", StringComparison.OrdinalIgnoreCase)
                || text.Contains("window", StringComparison.OrdinalIgnoreCase)));
    }

    private static TimeSpan? RetryAfter(ClientResultException error, DateTimeOffset now)
    {
        if (error.GetRawResponse()?.Headers.TryGetValue("Retry-After", out var text) != true
            || !System.Net.Http.Headers.RetryConditionHeaderValue.TryParse(text, out var value))
        {
            return null;
        }
        var wait = value.Delta ?? value.Date - now;
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    // {"error": {"code", "param", "message", "type"}}, with "code" a number at some servers.
    private static (string? Code, string? Param, string Text) ErrorOf(ClientResultException error)
    {
        try
        {
            using var json = JsonDocument.Parse(error.GetRawResponse()?.Content ?? BinaryData.FromString(""));
            if (Value(json.RootElement, "error") is { } e)
            {
                return (Value(e, "code")?.ToString(), Value(e, "param")?.ToString(), $"{Value(e, "type")} {Value(e, "message")}");
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or the answer was not kept: the status has to do.
        }
        return (null, null, "");

        static JsonElement? Value(JsonElement e, string name) => e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out var value) ? value : null;
    }
}
