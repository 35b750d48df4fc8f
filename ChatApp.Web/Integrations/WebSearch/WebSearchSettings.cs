namespace ChatApp.Web.Integrations.WebSearch;

public enum WebSearchProvider
{
    SearXng,
    Brave,
    Tavily,
}

/// <summary>The configured search service.</summary>
/// <param name="Provider">The kind of service.</param>
/// <param name="Address">The root of its API.</param>
/// <param name="Key">Its API key; null if it needs none.</param>
/// <param name="OpeningRequiresApproval">Whether the user has to approve opening a page that no search has found.</param>
public sealed record WebSearchSettings(WebSearchProvider Provider, Uri Address, string? Key, bool OpeningRequiresApproval)
{
    private const string Section = "Tools:WebSearch:";

    /// <summary>The name that users see.</summary>
    public string Name => Provider == WebSearchProvider.SearXng ? "SearXNG" : Provider.ToString();

    /// <summary>Reads <c>Tools:WebSearch</c>.</summary>
    /// <returns>Null if no service is configured.</returns>
    /// <exception cref="InvalidOperationException">A setting is invalid; the message names it.</exception>
    public static WebSearchSettings? From(IConfiguration configuration)
    {
        var (name, key) = (configuration[Section + "Provider"], configuration[Section + "ApiKey"]?.Trim());
        var address = ToolSettings.ReadAddress(configuration, Section + "BaseUrl");
        if (string.IsNullOrWhiteSpace(name))
        {
            return address is null && string.IsNullOrEmpty(key) ? null : throw new InvalidOperationException($"{Section}Provider is missing: searxng, brave or tavily.");
        }
        var provider = name.ToLowerInvariant() switch
        {
            "searxng" => WebSearchProvider.SearXng,
            "brave" => WebSearchProvider.Brave,
            "tavily" => WebSearchProvider.Tavily,
            _ => throw new InvalidOperationException($"{Section}Provider must be searxng, brave or tavily."),
        };
        if (provider != WebSearchProvider.SearXng && (string.IsNullOrEmpty(key) || !key.All(c => c is > ' ' and < '\x7f')))
        {
            throw new InvalidOperationException($"{Section}ApiKey is missing, or contains characters that are not allowed in keys.");
        }
        return new(
            provider,
            address ?? DefaultAddress(provider) ?? throw new InvalidOperationException($"{Section}BaseUrl is missing: the address of your SearXNG."),
            key, ToolSettings.IsEnabled(configuration, Section + "AskBeforeOpening"));
    }

    private static Uri? DefaultAddress(WebSearchProvider provider) => provider switch
    {
        WebSearchProvider.Brave => new("https://api.search.brave.com/res/v1"),
        WebSearchProvider.Tavily => new("https://api.tavily.com"),
        _ => null,
    };
}
