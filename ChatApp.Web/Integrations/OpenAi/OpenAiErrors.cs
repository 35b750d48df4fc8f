using System.ClientModel;
using ChatApp.Domain.Chat.Ports;

namespace ChatApp.Web.Integrations.OpenAi;

/// <summary>Understands what OpenAI's library throws.</summary>
internal static class OpenAiErrors
{
    // Ollama, OpenRouter, vLLM, llama.cpp, and what others have made of these.
    private static readonly string[] ToolWords =
    [
        "not support tool", "not support function", "support tool use", "enable-auto-tool-choice", "tools param requires", "tools are not supported",
        "tool calling is not", "tool use is not", "tool_choice",
    ];

    /// <summary>The same failure as a <see cref="ModelException"/>; null for one that the provider has nothing to do with.</summary>
    /// <param name="error">What the library threw.</param>
    /// <param name="model">The model that was asked, if one was.</param>
    /// <param name="now">The present, for providers that name a time.</param>
    public static ModelException? Translate(Exception error, string? model, DateTimeOffset now) => error switch
    {
        ClientResultException { Status: > 0 } refused => ProviderErrors.Of(Read(refused, now), model), // without the cause, which quotes the answer
        _ when ProviderErrors.Of(error) is { } known => known,
        ClientResultException => ProviderErrors.Broken(error),
        _ => null,
    };

    /// <summary>Whether the model refuses to have its temperature set, as those that reason before they answer do.</summary>
    public static bool RefusesTemperature(ClientResultException error) => error.Status == 400 && Read(error, default).Param == "temperature";

    /// <summary>Whether the model, or the way that its server runs it, has no use for tools. There is no code for it, each server has words of its own.</summary>
    public static bool RefusesTools(ClientResultException error) =>
        error.Status is 400 or 404 or 422 or 500 or 501
        && Read(error, default) is var refusal
        && (refusal.Param is "tools" or "tool_choice" || ToolWords.Any(refusal.Says));

    private static Refusal Read(ClientResultException error, DateTimeOffset now)
    {
        var response = error.GetRawResponse();
        var retryAfter = response?.Headers.TryGetValue("Retry-After", out var header) == true ? ProviderHttp.RetryAfter(header, now) : null;
        return Refusal.Read(error.Status, Content(response), retryAfter);
    }

    private static BinaryData? Content(System.ClientModel.Primitives.PipelineResponse? response)
    {
        try
        {
            return response?.Content;
        }
        catch (InvalidOperationException)
        {
            return null; // it was not kept
        }
    }
}
