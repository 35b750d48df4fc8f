using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ChatApp.Bench.Client;

/// <summary>
/// A keep-alive connection with a minimal HTTP/1.1 client: the clients share the CPU with the server they measure.
/// </summary>
internal sealed class Wire(int bufferLength) : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[bufferLength];
    private int _from;
    private int _to;
    private int _left; // of the body, or of its current chunk
    private bool _isChunked;
    private bool _isFirstChunk;

    /// <summary>Connects. The buffer is small by default, because thousands of connections have one each.</summary>
    public static async Task<Wire> ConnectAsync(IPEndPoint address, int bufferLength = 4096)
    {
        var wire = new Wire(bufferLength);
        await wire._socket.ConnectAsync(address);
        return wire;
    }

    /// <summary>A request's bytes.</summary>
    /// <param name="line">The method and the path.</param>
    /// <param name="token">The bearer token, if any.</param>
    /// <param name="json">The body, if any.</param>
    public static byte[] Request(string line, string? token = null, string? json = null)
    {
        var authorization = token is null ? "" : $"Authorization: Bearer {token}\r\n";
        var content = json is null ? "" : $"Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json).ToString(CultureInfo.InvariantCulture)}\r\n";
        return Encoding.UTF8.GetBytes($"{line} HTTP/1.1\r\nHost: localhost\r\n{authorization}{content}\r\n{json}");
    }

    /// <summary>Sends a request and reads the response's headers.</summary>
    /// <returns>Its status.</returns>
    public async ValueTask<int> SendAsync(byte[] request)
    {
        await _socket.SendAsync(request);
        (_isChunked, _isFirstChunk, _left) = (false, true, 0);
        var status = int.Parse((await ReadLineAsync()).AsSpan(9, 3), CultureInfo.InvariantCulture);
        while (await ReadLineAsync() is { Length: > 0 } header)
        {
            if (header.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))
            {
                _left = int.Parse(header.AsSpan("Content-Length: ".Length), CultureInfo.InvariantCulture);
            }
            _isChunked |= header.Equals("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase);
        }
        return status;
    }

    /// <summary>The next part of the response's body, valid until the next call; empty at the end.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync()
    {
        if (_left == 0 && _isChunked)
        {
            await BeginChunkAsync();
        }
        if (_left > 0 && _from == _to)
        {
            await FillAsync();
        }
        var piece = _buffer.AsMemory(_from, Math.Min(_left, _to - _from));
        (_from, _left) = (_from + piece.Length, _left - piece.Length);
        return piece;
    }

    /// <summary>Sends a request and reads the whole response.</summary>
    /// <returns>Its status.</returns>
    public async ValueTask<int> ExchangeAsync(byte[] request)
    {
        var status = await SendAsync(request);
        while (!(await ReadAsync()).IsEmpty)
        {
        }
        return status;
    }

    public void Dispose() => _socket.Dispose();

    private async ValueTask BeginChunkAsync()
    {
        if (!_isFirstChunk)
        {
            await ReadLineAsync(); // the end of the previous chunk
        }
        _isFirstChunk = false;
        _left = int.Parse(await ReadLineAsync(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        if (_left == 0)
        {
            await ReadLineAsync();
            _isChunked = false;
        }
    }

    private async ValueTask<string> ReadLineAsync()
    {
        int length;
        while ((length = _buffer.AsSpan(_from, _to - _from).IndexOf("\r\n"u8)) < 0)
        {
            await FillAsync();
        }
        var line = length == 0 ? "" : Encoding.ASCII.GetString(_buffer, _from, length);
        _from += length + 2;
        return line;
    }

    private async ValueTask FillAsync()
    {
        if (_from > 0)
        {
            _buffer.AsSpan(_from, _to - _from).CopyTo(_buffer);
            (_from, _to) = (0, _to - _from);
        }
        var read = await _socket.ReceiveAsync(_buffer.AsMemory(_to));
        _to += read > 0 ? read : throw new IOException("The server closed the connection.");
    }
}
