using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace ChatApp.Tests.Support;

/// <summary>How a <see cref="RawModelServer"/> handles one request, after which it closes the connection.</summary>
internal delegate Task Behaviour(NetworkStream connection, CancellationToken end);

/// <summary>A model server that controls every byte, for faults that a web server cannot produce. Each request takes the next behaviour; after the last one, requests succeed.</summary>
internal sealed class RawModelServer : IAsyncDisposable
{
    public const string SuccessReply = "All is well.";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<Behaviour> _script = new();
    private readonly Task _accepting;
    private int _requests;

    public RawModelServer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The root of OpenAI's API.</summary>
    public Uri Endpoint => new($"http://{_listener.LocalEndpoint}/v1");

    public int Requests => Volatile.Read(ref _requests);

    public void Script(IEnumerable<Behaviour> behaviours)
    {
        foreach (var behaviour in behaviours)
        {
            _script.Enqueue(behaviour);
        }
    }

    /// <summary>A complete HTTP response.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="type">Its content type.</param>
    /// <param name="body">Its body.</param>
    /// <param name="header">One more header.</param>
    /// <param name="length">The <c>Content-Length</c>, if not the real one.</param>
    public static byte[] Http(int status, string type, string body, string? header = null, long? length = null)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var head = $"HTTP/1.1 {status} Whatever\r\nContent-Type: {type}\r\nConnection: close\r\nContent-Length: {length ?? bytes.Length}\r\n{(header is null ? "" : header + "\r\n")}\r\n";
        return [.. Encoding.ASCII.GetBytes(head), .. bytes];
    }

    /// <summary>An event of OpenAI's stream with some text.</summary>
    public static string Delta(string text) => $"data: {{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":{JsonSerializer.Serialize(text, Relaxed)}}}}}]}}\n\n";

    /// <summary>The events of OpenAI's stream after the text.</summary>
    public static string Finish(bool usage = true) =>
        "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
        + (usage ? "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":7,\"total_tokens\":18}}\n\n" : "")
        + "data: [DONE]\n\n";

    /// <summary>Sends it.</summary>
    public static Behaviour Send(byte[] bytes) => async (connection, end) => await connection.WriteAsync(bytes, end);

    /// <summary>Sends it and keeps the connection open.</summary>
    public static Behaviour Hang(byte[] bytes) => async (connection, end) =>
    {
        await connection.WriteAsync(bytes, end);
        await Task.Delay(Timeout.Infinite, end);
    };

    /// <summary>Sends a part of it and resets the connection.</summary>
    public static Behaviour Cut(byte[] bytes, int at) => async (connection, end) =>
    {
        await connection.WriteAsync(bytes.AsMemory(0, at), end);
        connection.Socket.LingerState = new(enable: true, seconds: 0);
    };

    /// <summary>Sends it byte by byte.</summary>
    public static Behaviour Drip(byte[] bytes, TimeSpan pause) => async (connection, end) =>
    {
        foreach (var one in bytes)
        {
            await connection.WriteAsync(new[] { one }, end);
            await Task.Delay(pause, end);
        }
    };

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _end.Dispose();
    }

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token));
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await using var connection = client.GetStream();
                await ReadRequestAsync(connection, _end.Token);
                Interlocked.Increment(ref _requests);
                var behave = _script.TryDequeue(out var next) ? next : Send(Http(200, "text/event-stream", Delta(SuccessReply) + Finish()));
                await behave(connection, _end.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The client has closed the connection.
            }
        }
    }

    private static async Task ReadRequestAsync(NetworkStream connection, CancellationToken ct)
    {
        var (buffer, text) = (new byte[64 * 1024], "");
        while (true)
        {
            var read = await connection.ReadAsync(buffer, ct);
            text += Encoding.Latin1.GetString(buffer, 0, read);
            var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (read == 0 || (head > 0 && text.Length - head - 4 >= Length(text[..head])))
            {
                return;
            }
        }
    }

    private static int Length(string head) => head.Split("\r\n").Where(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
        .Select(l => int.Parse(l.Split(':')[1], CultureInfo.InvariantCulture)).SingleOrDefault();
}
