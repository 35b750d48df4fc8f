using System.Text.RegularExpressions;

namespace ChatApp.Web.Integrations.Mcp;

/// <summary>Whether users are asked before a tool runs.</summary>
public enum ApprovalRule
{
    /// <summary>Unless the server says that the tool only reads.</summary>
    Auto,
    Always,
    Never,
}

/// <summary>A server of tools as the administrator has configured it: a command that is run, or an address.</summary>
public sealed partial record McpServerSettings
{
    /// <summary>The longest name of a server: it begins the names of its tools, which have at most 64 characters.</summary>
    public const int NameMaxLength = 32;

    private static readonly string[] Known =
        ["Command", "Args", "Env", "WorkingDirectory", "Url", "Headers", "Ask", "AskByTool", "Tools", "ConnectTimeout", "CallTimeout"];

    // The tools of these sources begin like this.
    private static readonly string[] Taken = ["ifixit", "web"];

    public required string Name { get; init; }

    /// <summary>What is run, to speak over its standard input and output; null: the server is at <see cref="Url"/>.</summary>
    public string? Command { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>All that the command finds in its environment beside the few variables that any program needs.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public string? WorkingDirectory { get; init; }

    /// <summary>Where it speaks streamable HTTP.</summary>
    public Uri? Url { get; init; }

    /// <summary>Sent with every request to <see cref="Url"/>, e.g. a key.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public ApprovalRule Ask { get; init; }

    /// <summary>Tools with a rule of their own.</summary>
    public IReadOnlyDictionary<string, ApprovalRule> AskByTool { get; init; } = new Dictionary<string, ApprovalRule>();

    /// <summary>The only tools that are offered; empty: all.</summary>
    public IReadOnlySet<string> Tools { get; init; } = new HashSet<string>();

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromMinutes(1);

    public ApprovalRule RuleFor(string tool) => AskByTool.GetValueOrDefault(tool, Ask);

    /// <summary>Reads <c>Mcp:Servers</c>.</summary>
    /// <exception cref="InvalidOperationException">Something makes no sense; the message names the setting.</exception>
    public static IReadOnlyList<McpServerSettings> From(IConfiguration configuration)
    {
        var servers = configuration.GetSection("Mcp:Servers").GetChildren().Select(Read).ToList();
        var twice = servers.GroupBy(s => s.Name.Replace('_', '-'), StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1);
        return twice is null ? servers : throw new InvalidOperationException($"Mcp:Servers: the names {string.Join(" and ", twice.Select(s => s.Name))} are too much alike.");
    }

    private static McpServerSettings Read(IConfigurationSection section)
    {
        if (section.GetChildren().FirstOrDefault(c => !Known.Contains(c.Key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw Invalid(unknown, $"there is no such setting; known are {string.Join(", ", Known)}");
        }
        if (!Names().IsMatch(section.Key) || Taken.Contains(section.Key, StringComparer.OrdinalIgnoreCase))
        {
            throw Invalid(section, $"a server's name has 1 to {NameMaxLength} letters, digits, _ and -, and is not {string.Join(" or ", Taken)}");
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
        return settings.Command is null != settings.Url is null ? settings : throw Invalid(section, "a server has either a Command or a Url");
    }

    private static Uri? ReadUrl(IConfigurationSection section) =>
        Text(section.Value) is not { } text ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 ? url
        : throw Invalid(section, "this is not the address of an HTTP server");

    private static ApprovalRule ReadRule(IConfigurationSection section) => section.Value?.ToLowerInvariant() switch
    {
        null or "" or "auto" => ApprovalRule.Auto,
        "always" => ApprovalRule.Always,
        "never" => ApprovalRule.Never,
        _ => throw Invalid(section, "the choices are auto, always and never"),
    };

    private static TimeSpan ReadTime(IConfigurationSection section, TimeSpan otherwise) =>
        Text(section.Value) is not { } text ? otherwise
        : TimeSpan.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var time) && time > TimeSpan.Zero && time <= TimeSpan.FromHours(1) ? time
        : throw Invalid(section, "this is not a time of at most an hour, e.g. 00:00:30");

    private static Dictionary<string, string> Texts(IConfigurationSection section) => section.GetChildren().ToDictionary(c => c.Key, c => c.Value ?? "");

    private static string? Text(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();

    private static InvalidOperationException Invalid(IConfigurationSection section, string problem) => new($"{section.Path}: {problem}.");

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,32}$")]
    private static partial Regex Names();
}
