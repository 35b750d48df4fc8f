using System.Diagnostics;
using System.Globalization;
using ChatApp.Bench.Client;
using ChatApp.Bench.Serving;

namespace ChatApp.Bench.Scenarios;

/// <summary>Many replies that are generated at the same time, each with a subscriber.</summary>
internal static class StreamScenario
{
    private const int SingleRuns = 100;

    public static async Task<Report> RunAsync(Options options)
    {
        var (streams, rounds) = (options.Number("streams", 1000), options.Number("rounds", 3));
        var script = new TokenScript(options.Number("tokens", 200), options.Number("rate", 50));
        var report = new Report("stream", string.Create(CultureInfo.InvariantCulture, $"{streams} streams, {script.Tokens} tokens at {script.Rate}/s, {rounds} rounds"));

        Measurement bare;
        await using (var server = await ServerProcess.StartAsync(BareServer.Command))
        {
            bare = await MeasureAsync(server, (count, s) => Task.FromResult(
                Enumerable.Repeat(Wire.Request($"GET /?tokens={s.Tokens}&rate={s.Rate}"), count).ToList()), script, streams, rounds);
        }
        await using var rig = await Rig.StartAsync();
        var app = await MeasureAsync(rig.App, async (count, s) =>
            [.. (await rig.AddUsersAsync(count, 1)).Select(u => Wire.Request(
                "POST /chat/stream", u.Token, $$"""{"thread_id":"{{u.Sessions[0]}}","message":"{{s.Message}}"}"""))], script, streams, rounds);

        report.Add("first token, one stream at a time, p50", "ms", app.Single.Percentile(0.5), bare.Single.Percentile(0.5), "< 5");
        report.Add("first token, p50", "ms", app.First.Percentile(0.5), bare.First.Percentile(0.5), "< 5");
        report.Add("first token, p99", "ms", app.First.Percentile(0.99), bare.First.Percentile(0.99));
        report.Add("rejected", "", app.First.Refused, bare.First.Refused);
        report.Add("delta latency, p50", "ms", app.Delays.Percentile(0.5), bare.Delays.Percentile(0.5));
        report.Add("delta latency, p99", "ms", app.Delays.Percentile(0.99), bare.Delays.Percentile(0.99), "< 100");
        report.Add("server's CPU time per token", "µs", app.Processor, bare.Processor);
        report.Add("clients' CPU time per token", "µs", app.Client, bare.Client);
        report.Add("resident memory per stream", "KiB", app.Resident, bare.Resident, "<= 64");
        report.Add("live objects per stream", "KiB", app.Heap, bare.Heap);
        report.Add("tokens per second", "1/s", app.Rate, bare.Rate);
        return report;
    }

    private static async Task<Measurement> MeasureAsync(
        ServerProcess server, Func<int, TokenScript, Task<List<byte[]>>> make, TokenScript script, int streams, int rounds)
    {
        var brief = new TokenScript(20, 1000);
        await new StreamRun(server.Address, await make(Math.Min(streams, 100), brief), brief).RunAsync(20); // warm-up
        var single = new StreamRun(server.Address, await make(1, brief), brief);
        await single.RunAsync(SingleRuns);

        var run = new StreamRun(server.Address, await make(streams, script), script);
        var (heap, resident) = (await server.HeapAsync(), server.Resident);
        var (processor, client, started) = (server.Processor, Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        var running = run.RunAsync(rounds);
        // In the last round, when all streams are open.
        await Task.WhenAny(running, Task.Delay(TimeSpan.FromSeconds((rounds - 0.2) * script.Tokens / script.Rate)));
        var (tokens, elapsed) = (run.Tokens, Stopwatch.GetElapsedTime(started));
        (processor, client) = (server.Processor - processor, Environment.CpuUsage.TotalTime - client);
        resident = server.Resident - resident;
        heap = await server.HeapAsync() - heap;
        await running;
        return new(
            Latencies.Of(single.First), Latencies.Of(run.First), Latencies.Of(run.Delays), processor.TotalMicroseconds / tokens, client.TotalMicroseconds / tokens,
            resident / 1024.0 / streams, heap / 1024.0 / streams, tokens / elapsed.TotalSeconds);
    }

    /// <param name="Single">First tokens, one stream at a time.</param>
    /// <param name="First">First tokens.</param>
    /// <param name="Delays">Of all tokens.</param>
    /// <param name="Processor">The server's CPU time per token, in microseconds.</param>
    /// <param name="Client">The bench's own CPU time per token.</param>
    /// <param name="Resident">Resident memory per stream, in KiB.</param>
    /// <param name="Heap">Live objects per stream, in KiB.</param>
    /// <param name="Rate">Tokens per second.</param>
    private sealed record Measurement(
        Latencies Single, Latencies First, Latencies Delays, double Processor, double Client, double Resident, double Heap, double Rate);
}
