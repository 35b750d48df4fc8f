using System.ComponentModel;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Web.Integrations.Outgoing;

namespace ChatApp.Web.Integrations.IFixit;

/// <summary>Tools for iFixit's repair guides: find a device, list its guides, read a guide.</summary>
public sealed class IFixitTools : IToolSource, IDisposable
{
    /// <summary>The name that users see.</summary>
    public const string SourceName = "iFixit";

    private static readonly Uri PublicApi = new("https://www.ifixit.com/api/2.0");

    private readonly OutgoingClient? _http;
    private readonly IFixitClient? _client;
    private readonly IReadOnlyList<ChatTool> _tools = [];

    /// <param name="address">The API's root; null if the tools are disabled.</param>
    /// <param name="allowed">Hosts that may have private addresses, to which the API's host is added.</param>
    /// <param name="network">Resolves names and decides which addresses are public.</param>
    /// <param name="clock">For timeouts.</param>
    public IFixitTools(Uri? address, AllowedHosts allowed, OutgoingNetwork network, TimeProvider clock)
    {
        (Address, Health) = (address, new(clock));
        if (address is null)
        {
            return;
        }
        _http = new(allowed.With(address), network, clock);
        _client = new(address, _http);
        _tools =
        [
            Tool("ifixit_find_device", "Finds devices on iFixit by name, brand or model number. Use it first: the other iFixit tools need the exact name.",
                "Searching iFixit…", FindDeviceAsync),
            Tool("ifixit_list_guides", "Lists the repair guides that iFixit has for a device, with their numbers.", "Looking for repair guides…", ListGuidesAsync),
            Tool("ifixit_read_guide", "Reads a repair guide of iFixit: tools, parts, difficulty, time and steps. Long guides come in parts.", "Reading a repair guide…", ReadGuideAsync),
        ];
    }

    /// <summary>Reads <c>Tools:IFixit:BaseUrl</c>, by default the public API, and <c>Tools:IFixit:Enabled</c>.</summary>
    /// <returns>Null if disabled.</returns>
    /// <exception cref="InvalidOperationException">A setting is invalid.</exception>
    public static Uri? ReadAddress(IConfiguration configuration) =>
        ToolSettings.IsEnabled(configuration, "Tools:IFixit:Enabled") ? ToolSettings.ReadAddress(configuration, "Tools:IFixit:BaseUrl") ?? PublicApi : null;

    /// <summary>The API's root; null if the tools are disabled.</summary>
    public Uri? Address { get; }

    public ToolHealth Health { get; }

    public Task<IReadOnlyList<ChatTool>> ListAsync(CancellationToken ct) => Task.FromResult(_tools);

    public void Dispose() => _http?.Dispose();

    private async Task<string> FindDeviceAsync([Description("A device, e.g. iPhone 13 or Dyson V8")] string query, CancellationToken ct) =>
        IFixitText.Devices(query, await Health.WatchAsync(_client!.FindDevicesAsync(Name(query), ct)));

    private async Task<string> ListGuidesAsync([Description("The device's name as ifixit_find_device gives it")] string device, CancellationToken ct) =>
        IFixitText.Guides(await Health.WatchAsync(_client!.GetDeviceAsync(Name(device), ct)) ?? throw new ToolException("iFixit has no device of this name."));

    private async Task<string> ReadGuideAsync(
        [Description("The guide's number")] int guideId, CancellationToken ct, [Description("The first step, to continue a long guide")] int firstStep = 1) =>
        IFixitText.Guide(await Health.WatchAsync(_client!.GetGuideAsync(guideId, ct)) ?? throw new ToolException("iFixit has no guide with this number."), firstStep);

    // It becomes a path segment, where ".." would lead to the parent.
    private static string Name(string text) => text.Any(char.IsLetterOrDigit) ? text.Trim() : throw new ToolException("Name a device.");

    private static ChatTool Tool(string name, string description, string status, Delegate method) =>
        new(new ToolFunction(method, name, description), SourceName, status, RequiresApproval: false);
}
