using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Net.Sockets;
using ChatApp.Domain.Chat.Ports;

namespace ChatApp.Web.Integrations.Outgoing;

/// <summary>A server's response.</summary>
/// <param name="Address">Its address, after redirects.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="ContentType">The content type; null if missing or invalid.</param>
/// <param name="Body">The content, decompressed and cut to the client's limit.</param>
/// <param name="IsTruncated">Whether the content was cut.</param>
public sealed record OutgoingResponse(Uri Address, int Status, ContentType? ContentType, byte[] Body, bool IsTruncated)
{
    public bool IsSuccess => Status is >= 200 and < 300;
}

/// <summary>Sends requests for tools through a <see cref="GuardedHandler"/>, with a time and a size limit.</summary>
/// <param name="allowed">Hosts that may have private addresses.</param>
/// <param name="network">Resolves names and decides which addresses are public.</param>
/// <param name="clock">For the time limit.</param>
[SuppressMessage("Reliability", "CA2000", Justification = "The client disposes of the handler.")]
public sealed class OutgoingClient(AllowedHosts allowed, OutgoingNetwork network, TimeProvider clock) : IDisposable
{
    /// <summary>The user agent that sites see.</summary>
    public const string UserAgent = "ChatApp/1.0";

    private readonly HttpClient _http = new(new GuardedHandler(allowed, network)) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };

    /// <summary>The time limit for the whole request, including redirects and the content.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The maximum number of bytes that are read of a response, after decompression.</summary>
    public int MaxBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>Sends a request. The response can have any status.</summary>
    /// <exception cref="ToolException">There is no response; the message says why.</exception>
    public async Task<OutgoingResponse> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var host = request.RequestUri!.Host;
        using var limit = new CancellationTokenSource(TimeLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        request.Headers.UserAgent.ParseAdd(UserAgent);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var (body, isTruncated) = await ReadAsync(response.Content, either.Token);
            return new(response.RequestMessage!.RequestUri!, (int)response.StatusCode, TypeOf(response.Content.Headers), body, isTruncated);
        }
        catch (BlockedRequestException e)
        {
            throw new ToolException(e.Message, e);
        }
        catch (HttpRequestException e) when (e.InnerException is BlockedRequestException blocked)
        {
            throw new ToolException(blocked.Message, e);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new ToolException($"{host} did not respond in time.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException or InvalidDataException)
        {
            throw new ToolException($"{host} could not be reached.", e);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<(byte[] Body, bool IsTruncated)> ReadAsync(HttpContent content, CancellationToken ct)
    {
        await using var stream = await content.ReadAsStreamAsync(ct);
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, ct) is var read and > 0)
        {
            var room = MaxBytes - (int)body.Length;
            body.Write(buffer, 0, Math.Min(read, room));
            if (read > room)
            {
                return (body.ToArray(), true);
            }
        }
        return (body.ToArray(), false);
    }

    private static ContentType? TypeOf(HttpContentHeaders headers)
    {
        try
        {
            return headers.ContentType is { } type ? new ContentType(type.ToString()) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
