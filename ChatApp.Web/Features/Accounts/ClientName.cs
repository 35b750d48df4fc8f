namespace ChatApp.Web.Features.Accounts;

/// <summary>What people call the browser of a user agent.</summary>
public static class ClientName
{
    private const int MaxLength = 60;

    // In this order: most browsers also name those that they are compatible with.
    private static readonly (string Token, string Name)[] Browsers =
        [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("SamsungBrowser/", "Samsung Internet"), ("Chrome/", "Chrome"), ("CriOS/", "Chrome"), ("Safari/", "Safari")];

    private static readonly (string Token, string Name)[] Systems =
        [("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")];

    /// <summary>Browser and system, or the beginning of the user agent if it is none that is known.</summary>
    public static string Of(string? userAgent)
    {
        if (userAgent is null)
        {
            return "Unknown browser or program";
        }
        var (browser, system) = (Find(Browsers, userAgent), Find(Systems, userAgent));
        return browser is null ? userAgent[..Math.Min(userAgent.Length, MaxLength)] : system is null ? browser : $"{browser} on {system}";
    }

    private static string? Find((string Token, string Name)[] known, string text) =>
        known.FirstOrDefault(k => text.Contains(k.Token, StringComparison.Ordinal)).Name;
}
