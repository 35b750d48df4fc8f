using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Errors;
using ChatApp.Web.Integrations.BuiltIn;
using ChatApp.Web.Integrations.OpenAi;

namespace ChatApp.Web.Integrations;

/// <summary>
/// The models of this installation: those of the configured OpenAI-compatible server, if one is configured, and always the built-in assistant.
/// </summary>
/// <param name="settings">What is configured.</param>
/// <param name="builtIn">The assistant that needs no model.</param>
/// <param name="clock">For the waits of the clients.</param>
public sealed class ModelCatalog(ModelSettings settings, BuiltInClient builtIn, TimeProvider clock) : IModelCatalog, IDisposable
{
    /// <summary>The built-in assistant's name.</summary>
    public const string BuiltInName = "built-in";

    /// <summary>
    /// Stands for the first model that the server lists, as long as nobody has asked the server: getting a model must not wait for a network.
    /// </summary>
    public const string ServersFirst = "default";

    // The built-in assistant looks things up and hardly reads its prompt.
    private const int BuiltInWindow = 32_000;

    private readonly OpenAiServer? _server = settings.Endpoint is { } endpoint ? new(settings.Provider, endpoint, settings.Key) : null;

    /// <summary>The model with this name; the default one for null. Which names the server knows, only the server knows: any sane one is passed on.</summary>
    /// <exception cref="InvalidException">There cannot be such a model.</exception>
    public ChatModel Get(string? name)
    {
        if (name is not null && ModelName.Problem(name) is { } problem)
        {
            throw new InvalidException("model", problem);
        }
        var nobodyChose = name is null or ServersFirst;
        var wanted = nobodyChose ? settings.Model : name;
        if (wanted == BuiltInName || (nobodyChose && _server is null))
        {
            return new(BuiltInName, BuiltInName, builtIn, BuiltInWindow);
        }
        if (_server is null)
        {
            throw new InvalidException("model", $"There is no such model. Known is: {BuiltInName}.");
        }
        var shown = wanted ?? _server.FirstModel;
        return new(
            shown ?? ServersFirst, _server.Provider, new OpenAiChatClient(_server, wanted, clock), settings.ContextWindow ?? ContextWindows.Of(shown));
    }

    public void Dispose() => _server?.Dispose();
}
