using ChatApp.Bench.Serving;

namespace ChatApp.Bench.Client;

/// <summary>Finds the script's tokens in a stream, however they are split into events and packets.</summary>
/// <param name="delays">Receives the time from each token's emission to its arrival here.</param>
internal sealed class TokenScanner(Latencies delays)
{
    private int _digits = -1; // of the current token so far; negative outside of tokens
    private long _emitted;

    /// <summary>Tokens so far.</summary>
    public int Count { get; private set; }

    public void Take(ReadOnlySpan<byte> piece)
    {
        var now = TokenScript.Now;
        foreach (var b in piece)
        {
            if (b == TokenScript.Mark)
            {
                (_digits, _emitted) = (0, 0);
            }
            else if (_digits >= 0)
            {
                _emitted = _emitted * 10 + (b - '0');
                if (++_digits == TokenScript.Digits)
                {
                    _digits = -1;
                    Count++;
                    delays.Add(TokenScript.Age(_emitted, now));
                }
            }
        }
    }

    /// <summary>Starts the next reply.</summary>
    public void Reset() => (Count, _digits) = (0, -1);
}
