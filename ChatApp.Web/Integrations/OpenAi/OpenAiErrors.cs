using System.ClientModel;
using ChatApp.Domain.Models;

namespace ChatApp.Web.Integrations.OpenAi;

/// <summary>Interprets the exceptions of OpenAI's library.</summary>
internal static class OpenAiErrors
{
    // Messages of Ollama, OpenRouter, vLLM, llama.cpp and their derivatives.
    private static readonly string[] NoToolsMessages =
    [
        "not support tool", "not support function", "support tool use", "enable-auto-tool-choice", "tools param requires", "tools are not supported",
        "tool calling is not", "tool use is not", "tool_choice",
    ];

    /// <summary>A failed call as a <see cref="ModelException"/>; null for errors that the provider did not cause.</summary>
    /// <param name="error">The library's exception.</param>
    /// <param name="model">The requested model; null for a request that names none.</param>
    /// <param name="now">The current time, for <c>Retry-After</c> headers with a date.</param>
    public static ModelException? Translate(Exception error, string? model, DateTimeOffset now) => error switch
    {
        ClientResultException { Status: > 0 } e => ProviderErrors.Of(Read(e, now), model), // without the cause, which quotes the response
        _ when ProviderErrors.Of(error) is { } known => known,
        ClientResultException => ProviderErrors.ConnectionLost(error),
        _ => null,
    };

    /// <summary>Whether the model rejects a temperature, as reasoning models do.</summary>
    public static bool RejectsTemperature(ClientResultException error) => error.Status == 400 && Read(error, default).Param == "temperature";

    /// <summary>Whether the model, or its server's configuration, does not support tools. There is no common error code, so the message is matched.</summary>
    public static bool RejectsTools(ClientResultException error) =>
        error.Status is 400 or 404 or 422 or 500 or 501
        && Read(error, default) is var response
        && (response.Param is "tools" or "tool_choice" || NoToolsMessages.Any(response.Mentions));

    private static ErrorResponse Read(ClientResultException error, DateTimeOffset now)
    {
        var response = error.GetRawResponse();
        var retryAfter = response?.Headers.TryGetValue("Retry-After", out var header) == true ? ProviderHttp.RetryAfter(header, now) : null;
        return ErrorResponse.Read(error.Status, Content(response), retryAfter);
    }

    private static BinaryData? Content(System.ClientModel.Primitives.PipelineResponse? response)
    {
        try
        {
            return response?.Content;
        }
        catch (InvalidOperationException)
        {
            return null; // not buffered
        }
    }
}
