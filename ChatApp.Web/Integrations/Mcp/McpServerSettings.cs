using System.Text.RegularExpressions;

namespace ChatApp.Web.Integrations.Mcp;

/// <summary>Whether the user has to approve a tool's calls.</summary>
public enum ApprovalRule
{
    /// <summary>Unless the server annotates the tool as read-only.</summary>
    Auto,
    Always,
    Never,
}

/// <summary>A configured MCP server: a command to run, or an address.</summary>
public sealed partial record McpServerSettings
{
    /// <summary>The maximum length of a server's name, which prefixes the names of its tools, with at most 64 characters.</summary>
    public const int NameMaxLength = 32;

    private static readonly string[] Known =
        ["Command", "Args", "Env", "WorkingDirectory", "Url", "Headers", "Ask", "AskByTool", "Tools", "ConnectTimeout", "CallTimeout"];

    // Prefixes of the built-in tools.
    private static readonly string[] Reserved = ["ifixit", "web"];

    public required string Name { get; init; }

    /// <summary>The command to run, which communicates over standard input and output; null if the server is at <see cref="Url"/>.</summary>
    public string? Command { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The command's environment, in addition to the few variables that any program needs.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public string? WorkingDirectory { get; init; }

    /// <summary>The server's address, for streamable HTTP.</summary>
    public Uri? Url { get; init; }

    /// <summary>Sent with every request to <see cref="Url"/>, e.g. a key.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public ApprovalRule Ask { get; init; }

    /// <summary>Rules for single tools.</summary>
    public IReadOnlyDictionary<string, ApprovalRule> AskByTool { get; init; } = new Dictionary<string, ApprovalRule>();

    /// <summary>The tools to offer; empty for all.</summary>
    public IReadOnlySet<string> Tools { get; init; } = new HashSet<string>();

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromMinutes(1);

    public ApprovalRule RuleFor(string tool) => AskByTool.GetValueOrDefault(tool, Ask);

    /// <summary>Reads <c>Mcp:Servers</c>.</summary>
    /// <exception cref="InvalidOperationException">A setting is invalid; the message names it.</exception>
    public static IReadOnlyList<McpServerSettings> From(IConfiguration configuration)
    {
        var servers = configuration.GetSection("Mcp:Servers").GetChildren().Select(Read).ToList();
        var similar = servers.GroupBy(s => s.Name.Replace('_', '-'), StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1);
        return similar is null ? servers : throw new InvalidOperationException($"Mcp:Servers: the names {string.Join(" and ", similar.Select(s => s.Name))} are too similar.");
    }

    private static McpServerSettings Read(IConfigurationSection section)
    {
        if (section.GetChildren().FirstOrDefault(c => !Known.Contains(c.Key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw Invalid(unknown, $"unknown setting; the settings are {string.Join(", ", Known)}");
        }
        if (!Names().IsMatch(section.Key) || Reserved.Contains(section.Key, StringComparer.OrdinalIgnoreCase))
        {
            throw Invalid(section, $"a server's name must have 1 to {NameMaxLength} letters, digits, _ and -, and must not be {string.Join(" or ", Reserved)}");
        }
        var settings = new McpServerSettings
        {
            Name = section.Key,
            Command = Text(section["Command"]),
            Arguments = [.. section.GetSection("Args").GetChildren().Select(a => a.Value ?? "")],
            Environment = Texts(section.GetSection("Env")),
            WorkingDirectory = Text(section["WorkingDirectory"]),
            Url = ReadUrl(section.GetSection("Url")),
            Headers = Texts(section.GetSection("Headers")),
            Ask = ReadRule(section.GetSection("Ask")),
            AskByTool = section.GetSection("AskByTool").GetChildren().ToDictionary(c => c.Key, ReadRule, StringComparer.OrdinalIgnoreCase),
            Tools = section.GetSection("Tools").GetChildren().Select(c => c.Value ?? "").ToHashSet(StringComparer.Ordinal),
            ConnectTimeout = ReadTime(section.GetSection("ConnectTimeout"), TimeSpan.FromSeconds(30)),
            CallTimeout = ReadTime(section.GetSection("CallTimeout"), TimeSpan.FromMinutes(1)),
        };
        return settings.Command is null != settings.Url is null ? settings : throw Invalid(section, "a server needs either a Command or a Url");
    }

    private static Uri? ReadUrl(IConfigurationSection section) =>
        Text(section.Value) is not { } text ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 ? url
        : throw Invalid(section, "must be the address of an HTTP server");

    private static ApprovalRule ReadRule(IConfigurationSection section) => section.Value?.ToLowerInvariant() switch
    {
        null or "" or "auto" => ApprovalRule.Auto,
        "always" => ApprovalRule.Always,
        "never" => ApprovalRule.Never,
        _ => throw Invalid(section, "must be auto, always or never"),
    };

    private static TimeSpan ReadTime(IConfigurationSection section, TimeSpan defaultTime) =>
        Text(section.Value) is not { } text ? defaultTime
        : TimeSpan.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var time) && time > TimeSpan.Zero && time <= TimeSpan.FromHours(1) ? time
        : throw Invalid(section, "must be a time of at most an hour, e.g. 00:00:30");

    private static Dictionary<string, string> Texts(IConfigurationSection section) => section.GetChildren().ToDictionary(c => c.Key, c => c.Value ?? "");

    private static string? Text(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();

    private static InvalidOperationException Invalid(IConfigurationSection section, string problem) => new($"{section.Path}: {problem}.");

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,32}$")]
    private static partial Regex Names();
}
