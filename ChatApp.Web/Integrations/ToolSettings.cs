namespace ChatApp.Web.Integrations;

/// <summary>Reads settings of tools. What makes no sense fails the start and names the setting.</summary>
internal static class ToolSettings
{
    /// <summary>Whether something is on, as it is unless the setting says <c>false</c>.</summary>
    public static bool IsEnabled(IConfiguration configuration, string key) => configuration[key] switch
    {
        null or "" => true,
        var text => bool.TryParse(text, out var enabled) ? enabled : throw new InvalidOperationException($"{key} is true or false."),
    };

    /// <summary>An address of an HTTP server; null if none is set.</summary>
    public static Uri? ReadAddress(IConfiguration configuration, string key) => configuration[key] switch
    {
        null or "" => null,
        var text => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0
            ? address
            : throw new InvalidOperationException($"{key} is not the address of an HTTP server, e.g. https://www.example.com/api."),
    };
}
