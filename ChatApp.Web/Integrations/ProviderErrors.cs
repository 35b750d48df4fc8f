using System.Text.Json;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Models;
using ChatApp.Web.Integrations.Models;

namespace ChatApp.Web.Integrations;

/// <summary>A provider's error response.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The provider's error code, if any.</param>
/// <param name="Param">The request parameter that it rejects, if given.</param>
/// <param name="Text">The provider's message, for matching only. It is never shown, as it may quote the key, the address or the chat.</param>
/// <param name="RetryAfter">How long to wait before a retry, if given.</param>
internal sealed record ErrorResponse(int Status, string? Code, string? Param, string Text, TimeSpan? RetryAfter)
{
    /// <summary>Whether the message contains this text, ignoring case.</summary>
    public bool Mentions(string text) => Text.Contains(text, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads <c>{"error": {"code", "param", "message", "type"}}</c>, which all providers share; with some, "code" is a number.</summary>
    public static ErrorResponse Read(int status, BinaryData? body, TimeSpan? retryAfter)
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
            // Not JSON, or the body was not buffered: only the status is known.
        }
        return new(status, null, null, "", retryAfter);
    }
}

/// <summary>Describes a provider's failures for users, without any of the provider's own text.</summary>
internal static class ProviderErrors
{
    // The delay before a retry, if the provider does not give one.
    private static readonly TimeSpan DefaultRetryAfter = TimeSpan.FromSeconds(1);

    // Anthropic's own status for an overloaded service.
    private const int Overloaded = 529;

    /// <param name="response">The provider's response.</param>
    /// <param name="model">The requested model; null for a request that names none.</param>
    public static ModelException Of(ErrorResponse response, string? model) => response.Status switch
    {
        401 => Refused("The model provider rejected the request. Ask your administrator to check the API key."),
        402 => NoCredit(),
        400 when response.Mentions("credit balance") => NoCredit(),
        403 => Refused("The API key does not give access to this model. Choose another model."),
        404 or 405 when model is null => Refused("The model server does not list its models. Ask your administrator to set Chat:Model."),
        404 or 405 => Refused($"The model “{model}” was not found. Choose another model, or ask your administrator to check the server's address."),
        400 or 413 or 422 when IsTooLong(response) => Refused("This chat is too long for the model. Send a shorter message or start a new chat."),
        429 when response.Code == "insufficient_quota" => new(ReplyErrorCode.RateLimited, "The account with the model provider has used up its quota. Ask your administrator."),
        429 => Busy("The model is busy. Try again in a minute.", ReplyErrorCode.RateLimited, response.RetryAfter ?? DefaultRetryAfter),
        Overloaded => Busy("The model is overloaded. Try again later.", ReplyErrorCode.ProviderUnavailable, response.RetryAfter ?? DefaultRetryAfter),
        408 or >= 500 => Busy(
            $"The model provider has a problem (HTTP {response.Status}). Try again later.", ReplyErrorCode.ProviderUnavailable, response.RetryAfter),
        >= 300 and < 400 => Refused($"The model server has moved (HTTP {response.Status}). Ask your administrator to check its address."),
        _ => Refused($"The model provider rejected the request (HTTP {response.Status})."),
    };

    /// <summary>A failed call as a <see cref="ModelException"/>; null for errors that the provider did not cause.</summary>
    public static ModelException? Of(Exception error) => error switch
    {
        ModelException known => known,
        OperationCanceledException => new(ReplyErrorCode.ProviderUnavailable, "The model server did not respond in time.", error),
        // The response limit's exception, wrapped by a client library.
        { InnerException: ModelException known } => known,
        HttpRequestException cause => Unreachable(cause),
        { InnerException: HttpRequestException cause } => Unreachable(cause),
        IOException => ConnectionLost(error),
        // Thrown for malformed or unexpected JSON.
        JsonException or FormatException or InvalidOperationException or ArgumentException or KeyNotFoundException or OverflowException or NotSupportedException
            => InvalidResponse(),
        _ => null,
    };

    /// <summary>The stream ended without a finish reason.</summary>
    public static ModelException ConnectionLost(Exception? cause = null) =>
        new(ReplyErrorCode.ProviderUnavailable, "The connection to the model server was lost before the reply was complete.", cause);

    /// <summary>The response is not a chat completion. The exception has no cause, which would quote the response.</summary>
    public static ModelException InvalidResponse() =>
        new(ReplyErrorCode.InvalidResponse, "The model server sent an invalid response. Ask your administrator to check its address.");

    /// <summary>The model finished without any content.</summary>
    public static ModelException Declined() => Refused("The model declined to reply.");

    private static ModelException NoCredit() => Refused("The account with the model provider has no credit left. Ask your administrator.");

    private static ModelException Refused(string text) => new(ReplyErrorCode.ProviderRefused, text);

    private static ModelException Busy(string text, string code, TimeSpan? retryAfter) => new(code, text) { RetryAfter = retryAfter };

    private static ModelException Unreachable(HttpRequestException cause) => cause.HttpRequestError switch
    {
        HttpRequestError.SecureConnectionError => new(ReplyErrorCode.ProviderUnavailable, "A secure connection to the model server could not be established.", cause),
        HttpRequestError.ResponseEnded => ConnectionLost(cause),
        _ => new(ReplyErrorCode.ProviderUnavailable, "The model server could not be reached. Try again later.", cause),
    };

    // Some providers have a code for it, others only a message.
    private static bool IsTooLong(ErrorResponse response) =>
        response.Code is "context_length_exceeded" or "string_above_max_length" or "request_too_large"
        || response.Mentions("prompt is too long")
        || (response.Mentions("context") && (response.Mentions("length") || response.Mentions("size") || response.Mentions("window")));
}
