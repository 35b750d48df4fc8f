using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Net.Sockets;
using ChatApp.Domain.Chat.Ports;

namespace ChatApp.Web.Integrations.Outgoing;

/// <summary>What a server answered.</summary>
/// <param name="Address">Where it came from, after redirects.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="ContentType">What the server calls it; null: it says nothing.</param>
/// <param name="Body">The content, decompressed, at most as long as the client allows.</param>
/// <param name="IsCut">Whether there was more.</param>
public sealed record OutgoingAnswer(Uri Address, int Status, ContentType? ContentType, byte[] Body, bool IsCut)
{
    public bool IsSuccess => Status is >= 200 and < 300;
}

/// <summary>Fetches things for tools through a <see cref="GuardedHandler"/>, within a time and up to a size.</summary>
/// <param name="named">Hosts that may be anywhere.</param>
/// <param name="network">Names and addresses.</param>
/// <param name="clock">For the time limit.</param>
[SuppressMessage("Reliability", "CA2000", Justification = "The client disposes of the handler.")]
public sealed class OutgoingClient(NamedHosts named, OutgoingNetwork network, TimeProvider clock) : IDisposable
{
    /// <summary>How sites see who asks.</summary>
    public const string UserAgent = "ChatApp/1.0";

    private readonly HttpClient _http = new(new GuardedHandler(named, network)) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };

    /// <summary>For everything: redirects, and the last byte.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How many bytes of an answer are read, after decompression.</summary>
    public int MaxBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>Sends a request. The answer may be of any status.</summary>
    /// <exception cref="ToolException">There is no answer; the message says why.</exception>
    public async Task<OutgoingAnswer> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var host = request.RequestUri!.Host;
        using var limit = new CancellationTokenSource(TimeLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        request.Headers.UserAgent.ParseAdd(UserAgent);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var (body, isCut) = await ReadAsync(response.Content, either.Token);
            return new(response.RequestMessage!.RequestUri!, (int)response.StatusCode, TypeOf(response.Content.Headers), body, isCut);
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
            throw new ToolException($"{host} did not answer in time.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException or InvalidDataException)
        {
            throw new ToolException($"{host} cannot be reached.", e);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<(byte[] Body, bool IsCut)> ReadAsync(HttpContent content, CancellationToken ct)
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
