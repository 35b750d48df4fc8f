namespace ChatApp.Web.Integrations.WebSearch;

public enum WebSearchProvider
{
    SearXng,
    Brave,
    Tavily,
}

/// <summary>Which service searches the web.</summary>
/// <param name="Provider">Whose protocol it speaks.</param>
/// <param name="Address">Where it is.</param>
/// <param name="Key">Its key; null where it needs none.</param>
/// <param name="AsksBeforeOpening">Whether people are asked before a page is opened that no search has found.</param>
public sealed record WebSearchSettings(WebSearchProvider Provider, Uri Address, string? Key, bool AsksBeforeOpening)
{
    private const string Section = "Tools:WebSearch:";

    /// <summary>What people know the service by.</summary>
    public string Name => Provider == WebSearchProvider.SearXng ? "SearXNG" : Provider.ToString();

    /// <summary>Reads <c>Tools:WebSearch</c>.</summary>
    /// <returns>Null: no service is configured.</returns>
    /// <exception cref="InvalidOperationException">Something makes no sense; the message names the setting.</exception>
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
            _ => throw new InvalidOperationException($"{Section}Provider is searxng, brave or tavily."),
        };
        if (provider != WebSearchProvider.SearXng && (string.IsNullOrEmpty(key) || !key.All(c => c is > ' ' and < '\x7f')))
        {
            throw new InvalidOperationException($"{Section}ApiKey is missing, or contains characters that keys cannot contain.");
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
