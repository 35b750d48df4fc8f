using System.Text.Json;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Web.Integrations.Models;

namespace ChatApp.Web.Integrations;

/// <summary>A provider said no.</summary>
/// <param name="Status">With which HTTP status.</param>
/// <param name="Code">What it calls the error, if it has a name for it.</param>
/// <param name="Param">The part of the request that it minds, if it says which.</param>
/// <param name="Text">Its own words, to be looked through and never to be shown: they may quote the key, the address or the chat.</param>
/// <param name="RetryAfter">When it wants to be asked again, if it says so.</param>
internal sealed record Refusal(int Status, string? Code, string? Param, string Text, TimeSpan? RetryAfter)
{
    /// <summary>Whether its words have this in them, whatever the case.</summary>
    public bool Says(string words) => Text.Contains(words, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads <c>{"error": {"code", "param", "message", "type"}}</c>, which all providers have in common, with "code" a number at some.</summary>
    public static Refusal Read(int status, BinaryData? body, TimeSpan? retryAfter)
    {
        try
        {
            using var json = JsonDocument.Parse(body ?? BinaryData.FromString(""));
            if (json.RootElement.ValueOf("error") is { } error)
            {
                var type = error.TextOf("type");
                return new(status, error.ValueOf("code")?.ToString() ?? type, error.TextOf("param"), $"{type} {error.ValueOf("message") ?? error}", retryAfter);
            }
        }
        catch (JsonException)
        {
            // Not JSON, or the answer was not kept: the status has to do.
        }
        return new(status, null, null, "", retryAfter);
    }
}

/// <summary>
/// Puts what goes wrong with a provider into words for people. Nothing of the provider's own text gets in.
/// </summary>
internal static class ProviderErrors
{
    // What a provider that does not say when gets to recover.
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(1);

    // Anthropic has a status of its own for "too busy".
    private const int Overloaded = 529;

    /// <param name="refusal">What the provider said.</param>
    /// <param name="model">The model that was asked, if one was.</param>
    public static ModelException Of(Refusal refusal, string? model) => refusal.Status switch
    {
        401 => Refused("The model's provider did not accept the key. Whoever runs this app can correct it."),
        402 => NoCredit(),
        400 when refusal.Says("credit balance") => NoCredit(),
        403 => Refused("The model's provider does not allow this key to use the model."),
        404 or 405 when model is null => Refused("The model's server cannot list its models. Name one with Chat:Model."),
        404 or 405 => Refused($"The model's provider does not know the model “{model}”, or its address is wrong. Choose another model."),
        400 or 413 or 422 when IsTooLong(refusal) => Refused("The conversation is too long for the model. A shorter message or a new session helps."),
        429 when refusal.Code == "insufficient_quota" => new(ReplyErrorCode.RateLimited, "The account at the model's provider has used up its quota."),
        429 => Busy("The model's provider gets too many requests at the moment. Try again in a minute.", ReplyErrorCode.RateLimited, refusal.RetryAfter ?? ShortWait),
        Overloaded => Busy("The model's provider is overloaded at the moment. Try again later.", ReplyErrorCode.ProviderUnavailable, refusal.RetryAfter ?? ShortWait),
        408 or >= 500 => Busy(
            $"The model's provider has a problem at the moment (HTTP {refusal.Status}). Try again later.", ReplyErrorCode.ProviderUnavailable, refusal.RetryAfter),
        >= 300 and < 400 => Refused($"The model's server has moved (HTTP {refusal.Status}). Whoever runs this app can correct its address."),
        _ => Refused($"The model's provider did not accept the request (HTTP {refusal.Status})."),
    };

    /// <summary>What went wrong on the way, as a <see cref="ModelException"/>; null for what the provider has nothing to do with.</summary>
    public static ModelException? Of(Exception error) => error switch
    {
        ModelException known => known,
        OperationCanceledException => new(ReplyErrorCode.ProviderUnavailable, "The model's server did not answer in time.", error),
        // The limit of an answer's size, where a library has put its own exception around it.
        { InnerException: ModelException known } => known,
        HttpRequestException cause => Unreachable(cause),
        { InnerException: HttpRequestException cause } => Unreachable(cause),
        IOException => Broken(error),
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
        new(ReplyErrorCode.InvalidAnswer, "The model's server sent something that is not an answer. Does its address lead to a server of the right kind?");

    /// <summary>Nothing came although the model said that it had finished: it will not.</summary>
    public static ModelException Declined() => Refused("The model declined to answer this.");

    private static ModelException NoCredit() => Refused("The account at the model's provider has no credit left.");

    private static ModelException Refused(string text) => new(ReplyErrorCode.ProviderRefused, text);

    private static ModelException Busy(string text, string code, TimeSpan? retryAfter) => new(code, text) { RetryAfter = retryAfter };

    private static ModelException Unreachable(HttpRequestException cause) => cause.HttpRequestError switch
    {
        HttpRequestError.SecureConnectionError => new(ReplyErrorCode.ProviderUnavailable, "No secure connection to the model's server could be made.", cause),
        HttpRequestError.ResponseEnded => Broken(cause),
        _ => new(ReplyErrorCode.ProviderUnavailable, "The model's server could not be reached. Is it running?", cause),
    };

    // Some say it with a code, others only in their text.
    private static bool IsTooLong(Refusal refusal) =>
        refusal.Code is "context_length_exceeded" or "string_above_max_length" or "request_too_large"
        || refusal.Says("prompt is too long")
        || (refusal.Says("context") && (refusal.Says("length") || refusal.Says("size") || refusal.Says("window")));
}
