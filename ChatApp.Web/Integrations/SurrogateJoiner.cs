using System.Buffers;
using System.Globalization;
using System.Text;

namespace ChatApp.Web.Integrations;

/// <summary>Rewrites the escapes of JSON texts, which arrive in any pieces, so that every surrogate has its other half.</summary>
internal sealed class SurrogateJoiner
{
    private const char Replacement = '\ufffd';
    private const int HexDigits = 4;

    private readonly ArrayBufferWriter<byte> _output = new(4096);
    private readonly byte[] _digits = new byte[HexDigits];
    private State _state;
    private int _count;
    private bool _isAfterQuote;
    private char _high; // the first half just read, whose successor decides
    private char _ended; // the first half with which a text has ended

    private enum State
    {
        Text,
        Escape,
        Hex,
    }

    /// <summary>The rewritten bytes that have not been cleared.</summary>
    public ReadOnlySpan<byte> Output => _output.WrittenSpan;

    public void Clear() => _output.ResetWrittenCount();

    /// <summary>Rewrites further bytes. An escape that is not complete yet is kept back.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_state == State.Text && _high == 0 && bytes.IndexOf((byte)'\\') is not 0 and var next)
            {
                var plain = next < 0 ? bytes : bytes[..next];
                _output.Write(plain);
                _isAfterQuote = plain[^1] == '"';
                bytes = bytes[plain.Length..];
                continue;
            }
            Add(bytes[0]);
            bytes = bytes[1..];
        }
    }

    private void Add(byte b)
    {
        switch (_state)
        {
            case State.Text when b == '\\':
                _state = State.Escape;
                break;
            case State.Text:
                EndHigh(isTextEnd: b == '"');
                Write(b);
                _isAfterQuote = b == '"';
                break;
            case State.Escape when b == 'u':
                (_state, _count) = (State.Hex, 0);
                break;
            case State.Escape:
                EndHigh(isTextEnd: false);
                Write((byte)'\\', b);
                (_state, _isAfterQuote) = (State.Text, false);
                break;
            case State.Hex:
                _digits[_count++] = b;
                if (_count == HexDigits)
                {
                    AddUnit();
                    (_state, _isAfterQuote) = (State.Text, false);
                }
                break;
        }
    }

    private void AddUnit()
    {
        var unit = ushort.TryParse(_digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? (char)value : '\0'; // not JSON: left to its reader
        if (!char.IsLowSurrogate(unit))
        {
            EndHigh(isTextEnd: false);
            if (char.IsHighSurrogate(unit))
            {
                _high = unit;
                return;
            }
            Write("\\u"u8);
            Write(_digits);
            return;
        }
        var high = _high != 0 ? _high : _isAfterQuote ? _ended : '\0';
        WriteEscape(high == 0 ? Replacement : high);
        if (high != 0)
        {
            WriteEscape(unit);
        }
        (_high, _ended) = ('\0', '\0');
    }

    // A first half that no second half follows.
    private void EndHigh(bool isTextEnd)
    {
        if (_high == 0)
        {
            return;
        }
        if (isTextEnd)
        {
            _ended = _high;
        }
        else
        {
            WriteEscape(Replacement);
        }
        _high = '\0';
    }

    private void WriteEscape(char unit) => Write(Encoding.ASCII.GetBytes($"\\u{(int)unit:x4}"));

    private void Write(params ReadOnlySpan<byte> bytes) => _output.Write(bytes);
}
