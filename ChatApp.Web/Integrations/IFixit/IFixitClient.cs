using System.Text.Json;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Web.Integrations.Outgoing;

namespace ChatApp.Web.Integrations.IFixit;

/// <summary>A client for iFixit's public API. It caches nothing, as iFixit's terms require.</summary>
/// <param name="address">The API's root.</param>
/// <param name="http">Sends the requests; it allows the API's host.</param>
internal sealed class IFixitClient(Uri address, OutgoingClient http)
{
    private const int MaxDevices = 10;
    private const int MaxGuides = 50;

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public async Task<IReadOnlyList<IFixitSearchResult>> FindDevicesAsync(string query, CancellationToken ct)
    {
        var search = await GetAsync<IFixitSearch>($"search/{Uri.EscapeDataString(query)}?filter=device&limit={MaxDevices}", ct);
        return [.. (search?.Results ?? []).Where(r => r.DataType == "wiki" && r.Namespace is null or "CATEGORY" && r.Title is not null)];
    }

    /// <summary>A device's page with its guides; null if there is no such device.</summary>
    public async Task<IFixitDevice?> GetDeviceAsync(string title, CancellationToken ct)
    {
        var device = await GetAsync<IFixitDevice>($"wikis/CATEGORY/{Uri.EscapeDataString(title)}", ct);
        if (device?.Title is null)
        {
            return null;
        }
        if (device.Guides is { Count: > 0 })
        {
            return device;
        }
        // Some devices' pages lack their guides. A search finds them, among those of devices with similar names.
        var search = await GetAsync<IFixitSearch>($"search/{Uri.EscapeDataString(title)}?filter=guide&limit={MaxGuides}", ct);
        return device with { Guides = [.. (search?.Results ?? []).Where(r => r.DataType == "guide" && r.Category == device.Title)] };
    }

    /// <summary>A guide; null if there is none with this id.</summary>
    public async Task<IFixitGuide?> GetGuideAsync(int id, CancellationToken ct) =>
        await GetAsync<IFixitGuide>($"guides/{id}", ct) is { GuideId: not null } guide ? guide : null;

    // For what does not exist, the API responds with 404, or with 200 and only a message.
    private async Task<T?> GetAsync<T>(string path, CancellationToken ct)
        where T : class
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{address.AbsoluteUri.TrimEnd('/')}/{path}");
        request.Headers.Accept.ParseAdd("application/json");
        var response = await http.SendAsync(request, ct);
        if (response.Status == 404)
        {
            return null;
        }
        if (!response.IsSuccess || response.IsTruncated)
        {
            throw new ToolException(response.IsTruncated ? "iFixit's response is too long." : $"iFixit responded with status {response.Status}.");
        }
        try
        {
            return JsonSerializer.Deserialize<T>(response.Body, Options);
        }
        catch (JsonException e)
        {
            throw new ToolException("iFixit sent an invalid response.", e);
        }
    }
}
