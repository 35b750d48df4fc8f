namespace ChatApp.Web.Integrations;

/// <summary>Reads tool settings. An invalid value fails the start and names the setting.</summary>
internal static class ToolSettings
{
    /// <summary>Whether a feature is enabled, which is the default.</summary>
    public static bool IsEnabled(IConfiguration configuration, string key) => configuration[key] switch
    {
        null or "" => true,
        var text => bool.TryParse(text, out var enabled) ? enabled : throw new InvalidOperationException($"{key} must be true or false."),
    };

    /// <summary>The address of an HTTP server; null if not set.</summary>
    public static Uri? ReadAddress(IConfiguration configuration, string key) => configuration[key] switch
    {
        null or "" => null,
        var text => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0
            ? address
            : throw new InvalidOperationException($"{key} is not the address of an HTTP server, e.g. https://www.example.com/api."),
    };
}
