using System.Diagnostics;
using System.Net;
using ChatApp.Bench.Client;
using ChatApp.Bench.Serving;

namespace ChatApp.Bench.Scenarios;

/// <summary>Clients that each stream one reply after another, and what they measured.</summary>
/// <param name="address">The server.</param>
/// <param name="requests">A client's request, for each client.</param>
/// <param name="script">The content of each reply.</param>
internal sealed class StreamRun(IPEndPoint address, IReadOnlyList<byte[]> requests, TokenScript script)
{
    private long _tokens;

    /// <summary>How long each request waited for its first token; the provider sends it immediately.</summary>
    public List<Latencies> First { get; } = [];

    /// <summary>From each token's emission to its arrival.</summary>
    public List<Latencies> Delays { get; } = [];

    /// <summary>Tokens received so far.</summary>
    public long Tokens => Interlocked.Read(ref _tokens);

    /// <summary>Runs the clients. Their starts are spread over the length of a reply; each starts again when its reply ends.</summary>
    public async Task RunAsync(int rounds)
    {
        var length = TimeSpan.FromSeconds((double)script.Tokens / script.Rate);
        var started = Stopwatch.GetTimestamp();
        var running = new List<Task>();
        for (var i = 0; i < requests.Count; i++)
        {
            var wait = length * i / requests.Count - Stopwatch.GetElapsedTime(started);
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
            var (request, first, delays) = (requests[i], new Latencies(), new Latencies());
            First.Add(first);
            Delays.Add(delays);
            running.Add(Task.Run(() => ListenAsync(request, rounds, first, delays)));
        }
        await Task.WhenAll(running);
    }

    private async Task ListenAsync(byte[] request, int rounds, Latencies first, Latencies delays)
    {
        using var wire = await Wire.ConnectAsync(address);
        var scanner = new TokenScanner(delays);
        for (var round = 0; round < rounds; round++)
        {
            scanner.Reset();
            var sent = Stopwatch.GetTimestamp();
            var status = await wire.SendAsync(request);
            while (await wire.ReadAsync() is { IsEmpty: false } piece)
            {
                var before = scanner.Count;
                scanner.Take(piece.Span);
                if (before == 0 && scanner.Count > 0)
                {
                    first.AddSince(sent);
                }
                Interlocked.Add(ref _tokens, scanner.Count - before);
            }
            if (status != 200)
            {
                first.Refuse();
            }
            else if (scanner.Count != script.Tokens)
            {
                throw new InvalidOperationException($"{scanner.Count} of {script.Tokens} tokens arrived.");
            }
        }
    }
}
