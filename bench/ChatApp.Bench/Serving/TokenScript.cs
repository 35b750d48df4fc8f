using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace ChatApp.Bench.Serving;

/// <summary>The scripted answer: tokens at a rate, each with the moment of its emission in it.</summary>
/// <param name="Tokens">How many.</param>
/// <param name="Rate">How many a second; the first one comes at once.</param>
internal sealed record TokenScript(int Tokens, int Rate)
{
    /// <summary>Before the eight digits of a token.</summary>
    public const char Mark = '~';

    /// <summary>A token is the mark and this many digits: microseconds of the machine's monotonic clock, which all its processes share.</summary>
    public const int Digits = 8;

    private const long Turn = 100_000_000;

    /// <summary>The question that asks for this answer.</summary>
    public string Question => string.Create(CultureInfo.InvariantCulture, $"{Tokens} tokens at {Rate} a second");

    /// <summary>What a question asks for; null if it is any other question.</summary>
    public static TokenScript? Of(string question) =>
        question.Split(' ') is [var tokens, "tokens", "at", var rate, "a", "second"]
            ? new(int.Parse(tokens, CultureInfo.InvariantCulture), int.Parse(rate, CultureInfo.InvariantCulture)) : null;

    /// <summary>The time since a token's emission.</summary>
    public static TimeSpan Age(long emitted, long now) => TimeSpan.FromMicroseconds((now - emitted + Turn) % Turn);

    /// <summary>The present moment, as tokens have it.</summary>
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
