using System.Diagnostics;

namespace ChatApp.Bench;

/// <summary>Durations of one worker, or of all together.</summary>
internal sealed class Latencies
{
    private readonly List<double> _milliseconds = [];
    private bool _isSorted;

    public int Count => _milliseconds.Count;

    /// <summary>Requests that were rejected and therefore have no duration.</summary>
    public int Refused { get; private set; }

    public static Latencies Of(IEnumerable<Latencies> parts)
    {
        var all = new Latencies();
        foreach (var part in parts)
        {
            all._milliseconds.AddRange(part._milliseconds);
            all.Refused += part.Refused;
        }
        return all;
    }

    public void Add(TimeSpan duration)
    {
        _milliseconds.Add(duration.TotalMilliseconds);
        _isSorted = false;
    }

    public void Refuse() => Refused++;

    /// <summary>Adds the time since a timestamp of <see cref="Stopwatch"/>.</summary>
    public void AddSince(long timestamp) => Add(Stopwatch.GetElapsedTime(timestamp));

    /// <summary>The duration that this share of durations, e.g. 0.99, does not exceed, in milliseconds.</summary>
    public double Percentile(double share)
    {
        if (!_isSorted)
        {
            _milliseconds.Sort();
            _isSorted = true;
        }
        return _milliseconds.Count == 0 ? double.NaN : _milliseconds[(int)Math.Min(_milliseconds.Count - 1, share * _milliseconds.Count)];
    }
}
