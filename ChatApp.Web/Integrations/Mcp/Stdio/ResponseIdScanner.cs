using System.Buffers;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace ChatApp.Web.Integrations.Mcp.Stdio;

/// <summary>Finds the id of a JSON-RPC response that is too long to be kept, or that cannot be parsed, by reading it once, piece by piece.</summary>
internal sealed class ResponseIdScanner
{
    // Longer keys and values are not what is looked for.
    private const int MaxToken = 128;

    private static readonly SearchValues<byte> EndOfText = SearchValues.Create((byte)'"', (byte)'\\');

    // The key or the value that is being read, with its quotation marks.
    private readonly ArrayBufferWriter<byte> _token = new(MaxToken);
    private string? _key;
    private string? _id;
    private int _depth;
    private bool _isInText;
    private bool _isEscaped;
    private bool _isRequest;

    /// <summary>How many bytes have been read.</summary>
    public long Length { get; private set; }

    /// <summary>Reads the next piece.</summary>
    public void Read(ReadOnlySequence<byte> bytes)
    {
        foreach (var piece in bytes)
        {
            Length += piece.Length;
            Read(piece.Span);
        }
    }

    /// <summary>The id of the request that the message answers; null if there is none.</summary>
    public RequestId? FindId()
    {
        if (_id is null || _isRequest)
        {
            return null;
        }
        try
        {
            return JsonSerializer.Deserialize<RequestId>(_id, McpJsonUtilities.DefaultOptions);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    private void Read(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            if (!_isInText)
            {
                ReadMark(bytes[i]);
                continue;
            }
            if (_depth != 1 && !_isEscaped && bytes[i..].IndexOfAny(EndOfText) is var skipped and not 0)
            {
                if (skipped < 0)
                {
                    return; // all the rest is in this text
                }
                i += skipped;
            }
            Keep(bytes[i]);
            _isInText = _isEscaped || bytes[i] != '"';
            _isEscaped = !_isEscaped && bytes[i] == '\\';
        }
    }

    private void ReadMark(byte mark)
    {
        switch (mark)
        {
            case (byte)'"':
                _isInText = true;
                Keep(mark);
                break;
            case (byte)'{' or (byte)'[':
                _depth++;
                break;
            case (byte)'}' or (byte)']':
                EndValue();
                _depth--;
                break;
            case (byte)':' when _depth == 1:
                _key = TakeToken();
                break;
            case (byte)',':
                EndValue();
                break;
            case > (byte)' ':
                Keep(mark);
                break;
            default:
                break;
        }
    }

    private void Keep(byte b)
    {
        if (_depth == 1 && _token.WrittenCount < MaxToken)
        {
            _token.Write([b]);
        }
    }

    private void EndValue()
    {
        if (_depth != 1)
        {
            return;
        }
        var value = TakeToken();
        _id = _key == "\"id\"" ? value : _id;
        _isRequest |= _key == "\"method\"";
        _key = null;
    }

    private string TakeToken()
    {
        var token = System.Text.Encoding.UTF8.GetString(_token.WrittenSpan);
        _token.ResetWrittenCount();
        return token;
    }
}
