using System.Globalization;
using ChatApp.Web.Integrations.OpenAi;

namespace ChatApp.Web.Integrations;

/// <summary>Which model server to use, read from the names that the providers' own tools use.</summary>
public sealed record ModelSettings
{
    // What OpenAI's users get if they name nothing: good, and the cheapest of its kind.
    private const string OpenAiModel = "gpt-4o-mini";

    private const int OllamaPort = 11434;

    /// <summary>The root of the server's OpenAI-compatible API; null: there is none, the built-in assistant answers.</summary>
    public Uri? Endpoint { get; private init; }

    /// <summary>What usage is booked under: <c>openai</c>, <c>openai-compatible</c> or <c>ollama</c>.</summary>
    public string Provider { get; private init; } = "";

    public string? Key { get; private init; }

    /// <summary>The model to ask if nobody names one; null: the first that the server lists.</summary>
    public string? Model { get; private init; }

    /// <summary>Tokens that prompt and answer may have together, where the operator knows better than <see cref="ContextWindows"/>.</summary>
    public int? ContextWindow { get; private init; }

    /// <summary>Reads <c>OPENAI_API_KEY</c>, <c>OPENAI_BASE_URL</c>, <c>OLLAMA_HOST</c>, <c>Chat:Model</c> and <c>Chat:ContextWindow</c>.</summary>
    /// <exception cref="InvalidOperationException">One of them makes no sense; the message says which.</exception>
    public static ModelSettings From(IConfiguration configuration)
    {
        var (key, address, ollama) = (Value("OPENAI_API_KEY"), Value("OPENAI_BASE_URL"), Value("OLLAMA_HOST"));
        var settings = new ModelSettings { Model = ReadModel(Value("Chat:Model")), ContextWindow = ReadWindow(Value("Chat:ContextWindow")) };
        if (address is not null && ReadAddress("OPENAI_BASE_URL", address) is var endpoint && endpoint != OpenAiServer.OpenAiEndpoint)
        {
            return settings with { Endpoint = endpoint, Provider = "openai-compatible", Key = ReadKey(key) };
        }
        if (key is not null)
        {
            return settings with { Endpoint = OpenAiServer.OpenAiEndpoint, Provider = "openai", Key = ReadKey(key), Model = settings.Model ?? OpenAiModel };
        }
        return ollama is null ? settings : settings with { Endpoint = OllamaEndpoint(ollama), Provider = "ollama" };

        string? Value(string name) => configuration[name] is { } value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;
    }

    // As Ollama reads it: host, host:port or a URL; 0.0.0.0 is what servers listen on, not what clients can call.
    private static Uri OllamaEndpoint(string host)
    {
        var hasScheme = host.Contains("://", StringComparison.Ordinal);
        var text = host.StartsWith(':') ? "127.0.0.1" + host : host;
        var address = new UriBuilder(ReadAddress("OLLAMA_HOST", hasScheme ? text : "http://" + text));
        if (!hasScheme && !text.Contains($":{address.Port}", StringComparison.Ordinal))
        {
            address.Port = OllamaPort;
        }
        if (address.Host is "0.0.0.0" or "[::]")
        {
            address.Host = "127.0.0.1";
        }
        address.Path = address.Path.TrimEnd('/') + "/v1";
        return address.Uri;
    }

    private static Uri ReadAddress(string name, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0
            ? new Uri(address.GetLeftPart(UriPartial.Path).TrimEnd('/'))
            : throw new InvalidOperationException($"{name} is not the address of an HTTP server, e.g. http://localhost:8080/v1.");

    private static string? ReadKey(string? key) =>
        key is null || key.All(c => c is > ' ' and < '\x7f') ? key
        : throw new InvalidOperationException("OPENAI_API_KEY contains characters that keys cannot contain.");

    private static string? ReadModel(string? name) =>
        name is null || ModelName.Problem(name) is null ? name : throw new InvalidOperationException("Chat:Model is not a model's name.");

    private static int? ReadWindow(string? tokens) =>
        tokens is null ? null
        : int.TryParse(tokens, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1000 ? number
        : throw new InvalidOperationException("Chat:ContextWindow is a number of tokens, at least 1000.");
}
