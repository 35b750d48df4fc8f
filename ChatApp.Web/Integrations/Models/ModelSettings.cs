using System.Globalization;
using System.Text.RegularExpressions;
using ChatApp.Domain.Models;
using ChatApp.Web.Integrations.Anthropic;
using ChatApp.Web.Integrations.OpenAi;

namespace ChatApp.Web.Integrations.Models;

/// <summary>A server's protocol.</summary>
public enum ServerKind
{
    /// <summary>OpenAI's, which most servers have.</summary>
    OpenAi,

    /// <summary>OpenAI's, and Ollama's own for the list of models.</summary>
    Ollama,

    Anthropic,
}

/// <summary>A configured model server.</summary>
/// <param name="Kind">Its protocol.</param>
/// <param name="Name">The name that its usage is recorded under.</param>
/// <param name="Endpoint">The root of its API.</param>
public sealed record ServerSettings(ServerKind Kind, string Name, Uri Endpoint)
{
    public string? Key { get; init; }

    /// <summary>The default model; null for the first that the server lists.</summary>
    public string? DefaultModel { get; init; }

    /// <summary>The models to offer; empty for all that the server lists.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>The context window in tokens, overriding the server's and <see cref="ContextWindows"/>.</summary>
    public int? ContextWindow { get; init; }
}

/// <summary>The configured models, from the environment variables of the providers' own tools and the sections <c>Chat</c> and <c>Models</c>.</summary>
public sealed partial record ModelSettings
{
    // Defaults: good models that are the cheapest of their kind.
    private const string OpenAiModel = "gpt-4o-mini";
    private const string AnthropicModel = "claude-haiku-5-5";

    private const int OllamaPort = 11434;
    private const int MaxServers = 50;

    /// <summary>The configured servers; the first one is the default.</summary>
    public IReadOnlyList<ServerSettings> Servers { get; private init; } = [];

    /// <summary>The default model; null for the first server's.</summary>
    public string? Model { get; private init; }

    /// <summary>Models that the operator has named, which are offered even if their server does not list them.</summary>
    public IReadOnlyList<string> Named { get; private init; } = [];

    /// <summary>The local Ollama to look for if nothing is configured; null for none.</summary>
    public ServerSettings? Local { get; init; }

    /// <summary>
    /// Reads <c>OPENAI_API_KEY</c>, <c>OPENAI_BASE_URL</c>, <c>ANTHROPIC_API_KEY</c>, <c>ANTHROPIC_BASE_URL</c>, <c>OLLAMA_HOST</c>, <c>Chat:Model</c>,
    /// <c>Chat:ContextWindow</c>, <c>Models:Servers</c> and <c>Models:FindOllama</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">A setting is invalid; the message names it.</exception>
    public static ModelSettings From(IConfiguration configuration)
    {
        var window = ReadWindow("Chat:ContextWindow", configuration.Text("Chat:ContextWindow"));
        List<ServerSettings> servers =
        [
            .. FromEnvironment(configuration).Select(s => Limit(s, configuration) with { ContextWindow = window }),
            .. configuration.GetSection("Models:Servers").GetChildren().Take(MaxServers).Select(s => ReadServer(s, window)),
        ];
        if (servers.GroupBy(s => s.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } same)
        {
            throw new InvalidOperationException($"Models:Servers: two servers have the name '{same.Key}'.");
        }
        var find = servers.Count == 0 && ReadSwitch("Models:FindOllama", configuration.Text("Models:FindOllama") ?? "true");
        return new()
        {
            Servers = servers,
            Model = ReadModel("Chat:Model", configuration.Text("Chat:Model")),
            Named = [.. new[] { "Chat:Model", "Chat:TitleModel" }.Select(key => ReadModel(key, configuration.Text(key))).OfType<string>()],
            Local = find ? Limit(new(ServerKind.Ollama, "ollama", new Uri($"http://127.0.0.1:{OllamaPort}/v1")) { ContextWindow = window }, configuration) : null,
        };
    }

    private static IEnumerable<ServerSettings> FromEnvironment(IConfiguration configuration)
    {
        var (key, address) = (ReadKey("OPENAI_API_KEY", configuration.Text("OPENAI_API_KEY")), configuration.Text("OPENAI_BASE_URL"));
        if (address is not null && ReadAddress("OPENAI_BASE_URL", address) is var endpoint && endpoint != OpenAiServer.OpenAiEndpoint)
        {
            yield return new(ServerKind.OpenAi, "openai-compatible", endpoint) { Key = key };
        }
        else if (key is not null)
        {
            yield return new(ServerKind.OpenAi, "openai", OpenAiServer.OpenAiEndpoint) { Key = key, DefaultModel = OpenAiModel };
        }
        if (ReadKey("ANTHROPIC_API_KEY", configuration.Text("ANTHROPIC_API_KEY")) is { } anthropicKey)
        {
            var root = configuration.Text("ANTHROPIC_BASE_URL") is { } other ? ReadAddress("ANTHROPIC_BASE_URL", other) : AnthropicServer.AnthropicEndpoint;
            yield return new(ServerKind.Anthropic, "anthropic", root) { Key = anthropicKey, DefaultModel = AnthropicModel };
        }
        if (configuration.Text("OLLAMA_HOST") is { } host)
        {
            yield return new(ServerKind.Ollama, "ollama", OllamaEndpoint(host));
        }
    }

    private static ServerSettings ReadServer(IConfigurationSection section, int? window)
    {
        var name = section.Text("Name");
        if (name is null || !ServerName().IsMatch(name) || name is ModelCatalog.BuiltInName or ChatModel.Default)
        {
            throw new InvalidOperationException($"{section.Path}:Name must be 1 to 40 letters, digits, '.', '_' or '-', and not a reserved name.");
        }
        var address = section.Text("BaseUrl") ?? throw new InvalidOperationException($"{section.Path}:BaseUrl is missing.");
        return new(ServerKind.OpenAi, name, ReadAddress($"{section.Path}:BaseUrl", address))
        {
            Key = ReadKey($"{section.Path}:ApiKey", section.Text("ApiKey")),
            Models = ReadModels(section, "Models"),
            ContextWindow = ReadWindow($"{section.Path}:ContextWindow", section.Text("ContextWindow")) ?? window,
        };
    }

    // As Ollama reads it: host, host:port or a URL. 0.0.0.0 is an address to listen on, not to connect to.
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

    private static string? ReadKey(string name, string? key) =>
        key is null || key.All(c => c is > ' ' and < '\x7f') ? key
        : throw new InvalidOperationException($"{name} contains characters that are not allowed in keys.");

    private static string? ReadModel(string setting, string? name) =>
        name is null || ModelName.Problem(name) is null ? name : throw new InvalidOperationException($"{setting} is not a valid model name.");

    // The servers of environment variables have no section of their own.
    private static ServerSettings Limit(ServerSettings server, IConfiguration configuration)
    {
        var models = ReadModels(configuration.GetSection("Models:Offer"), server.Name);
        return server with { Models = models, DefaultModel = models.Count == 0 || models.Contains(server.DefaultModel ?? "") ? server.DefaultModel : null };
    }

    // Separated by commas, or numbered.
    private static List<string> ReadModels(IConfigurationSection section, string key)
    {
        var models = section.GetSection(key).GetChildren().Select(m => m.Value?.Trim() ?? "").Concat(section.Text(key)?.Split(',', Splitting) ?? []).ToList();
        models.ForEach(m => ReadModel(section.GetSection(key).Path, m));
        return models;
    }

    private static int? ReadWindow(string name, string? tokens) =>
        tokens is null ? null
        : int.TryParse(tokens, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1000 ? number
        : throw new InvalidOperationException($"{name} must be a number of tokens, at least 1000.");

    private static bool ReadSwitch(string name, string text) =>
        bool.TryParse(text, out var value) ? value : throw new InvalidOperationException($"{name} must be true or false.");

    private const StringSplitOptions Splitting = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,40}\z")]
    private static partial Regex ServerName();
}

internal static class ConfigurationText
{
    /// <summary>A setting's value; null if it is empty.</summary>
    public static string? Text(this IConfiguration configuration, string name) =>
        configuration[name] is { } value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;
}
