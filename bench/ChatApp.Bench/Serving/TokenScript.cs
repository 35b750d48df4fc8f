using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace ChatApp.Bench.Serving;

/// <summary>A scripted reply: tokens at a rate, each containing the time of its emission.</summary>
/// <param name="Tokens">How many.</param>
/// <param name="Rate">Tokens per second; the first is sent immediately.</param>
internal sealed record TokenScript(int Tokens, int Rate)
{
    /// <summary>Precedes the eight digits of a token.</summary>
    public const char Mark = '~';

    /// <summary>A token is the mark and this many digits: microseconds of the machine's monotonic clock, which all its processes share.</summary>
    public const int Digits = 8;

    private const long Turn = 100_000_000;

    /// <summary>The message that requests this reply.</summary>
    public string Message => string.Create(CultureInfo.InvariantCulture, $"{Tokens} tokens at {Rate} a second");

    /// <summary>The script that a message requests; null if it requests none.</summary>
    public static TokenScript? Of(string message) =>
        message.Split(' ') is [var tokens, "tokens", "at", var rate, "a", "second"]
            ? new(int.Parse(tokens, CultureInfo.InvariantCulture), int.Parse(rate, CultureInfo.InvariantCulture)) : null;

    /// <summary>The time since a token's emission.</summary>
    public static TimeSpan Age(long emitted, long now) => TimeSpan.FromMicroseconds((now - emitted + Turn) % Turn);

    /// <summary>The current time in the form that tokens contain.</summary>
    public static long Now => Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000) % Turn;

    public async IAsyncEnumerable<string> EmitAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Tokens; i++)
        {
            var wait = TimeSpan.FromSeconds((double)i / Rate) - Stopwatch.GetElapsedTime(started);
            if (wait > TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(wait, ct);
            }
            yield return string.Create(CultureInfo.InvariantCulture, $"{Mark}{Now:D8}");
        }
    }
}
