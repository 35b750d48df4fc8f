using System.Text.Json;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Web.Integrations.Outgoing;

namespace ChatApp.Web.Integrations.IFixit;

/// <summary>Asks iFixit's public API. Nothing is kept: iFixit asks for that.</summary>
/// <param name="address">The API's root.</param>
/// <param name="http">The way out, on which the root's host is named.</param>
internal sealed class IFixitClient(Uri address, OutgoingClient http)
{
    private const int MaxDevices = 10;
    private const int MaxGuides = 50;

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public async Task<IReadOnlyList<IFixitFound>> FindDevicesAsync(string query, CancellationToken ct)
    {
        var answer = await GetAsync<IFixitSearch>($"search/{Uri.EscapeDataString(query)}?filter=device&limit={MaxDevices}", ct);
        return [.. (answer?.Results ?? []).Where(r => r.DataType == "wiki" && r.Namespace is null or "CATEGORY" && r.Title is not null)];
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
        // Pages of some devices come without their guides; a search has them, among those of devices with similar names.
        var answer = await GetAsync<IFixitSearch>($"search/{Uri.EscapeDataString(title)}?filter=guide&limit={MaxGuides}", ct);
        return device with { Guides = [.. (answer?.Results ?? []).Where(r => r.DataType == "guide" && r.Category == device.Title)] };
    }

    /// <summary>A guide; null if there is none with this number.</summary>
    public async Task<IFixitGuide?> GetGuideAsync(int id, CancellationToken ct) =>
        await GetAsync<IFixitGuide>($"guides/{id}", ct) is { GuideId: not null } guide ? guide : null;

    // What does not exist is a 404, or a 200 with nothing but a message.
    private async Task<T?> GetAsync<T>(string path, CancellationToken ct)
        where T : class
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{address.AbsoluteUri.TrimEnd('/')}/{path}");
        request.Headers.Accept.ParseAdd("application/json");
        var answer = await http.SendAsync(request, ct);
        if (answer.Status == 404)
        {
            return null;
        }
        if (!answer.IsSuccess || answer.IsCut)
        {
            throw new ToolException(answer.IsCut ? "iFixit's answer is too long." : $"iFixit answers with status {answer.Status}.");
        }
        try
        {
            return JsonSerializer.Deserialize<T>(answer.Body, Options);
        }
        catch (JsonException e)
        {
            throw new ToolException("iFixit answers something that cannot be read.", e);
        }
    }
}
