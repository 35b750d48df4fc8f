using System.Diagnostics;
using ChatApp.Bench.Client;

namespace ChatApp.Bench.Scenarios;

/// <summary>Many subscribers without events, and one user who sends messages meanwhile.</summary>
internal static class IdleScenario
{
    private const int SubscribersPerUser = 10;
    private const int Sends = 200;

    public static async Task<Report> RunAsync(Options options)
    {
        var (subscribers, seconds) = (options.Number("subscribers", 5000), options.Number("seconds", 10));
        await using var rig = await Rig.StartAsync();
        var report = new Report("idle", $"{subscribers} subscribers, {seconds} s");
        var sender = (await rig.AddUsersAsync(1, 10))[0];
        var users = await rig.AddUsersAsync((subscribers + SubscribersPerUser - 1) / SubscribersPerUser, 0);
        foreach (var wire in await SubscribeAsync(rig, Enumerable.Repeat(sender, 200)))
        {
            wire.Dispose(); // warm-up: the code is compiled now
        }
        await SendAsync(rig, sender);
        var before = await SendAsync(rig, sender);

        var (heap, resident) = (await rig.App.HeapAsync(), rig.App.Resident);
        var began = Stopwatch.GetTimestamp();
        var wires = await SubscribeAsync(rig, Enumerable.Range(0, subscribers).Select(i => users[i / SubscribersPerUser]));
        var opening = Stopwatch.GetElapsedTime(began);
        var (atOnce, living) = (rig.App.Resident - resident, await rig.App.HeapAsync() - heap);
        var (collected, processor) = (rig.App.Resident - resident, rig.App.Processor);
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        var idle = (rig.App.Processor - processor) / seconds;
        var after = await SendAsync(rig, sender);
        wires.ForEach(w => w.Dispose());

        report.Add("subscribers", "", wires.Count, target: ">= 5000");
        report.Add("opened per second", "1/s", wires.Count / opening.TotalSeconds);
        report.Add("resident memory per subscriber", "KiB", atOnce / 1024.0 / subscribers, target: "<= 64");
        report.Add("resident memory per subscriber, collected", "KiB", collected / 1024.0 / subscribers);
        report.Add("live objects per subscriber", "KiB", living / 1024.0 / subscribers);
        report.Add("CPU in use", "%", 100 * idle.TotalSeconds);
        report.Add("send with and (bound) without them, p50", "ms", after.Percentile(0.5), before.Percentile(0.5));
        report.Add("send with and (bound) without them, p99", "ms", after.Percentile(0.99), before.Percentile(0.99));
        return report;
    }

    private static async Task<List<Wire>> SubscribeAsync(Rig rig, IEnumerable<BenchUser> users)
    {
        var wires = new List<Wire>();
        foreach (var some in users.Chunk(16))
        {
            wires.AddRange(await Task.WhenAll(some.Select(u => ConnectAsync(rig, u))));
        }
        return wires;
    }

    private static async Task<Wire> ConnectAsync(Rig rig, BenchUser user)
    {
        var wire = await Wire.ConnectAsync(rig.App.Address);
        return await wire.SendAsync(Wire.Request("GET /chat/events", user.Token)) == 200 && !(await wire.ReadAsync()).IsEmpty
            ? wire : throw new InvalidOperationException("A subscriber was rejected.");
    }

    private static async Task<Latencies> SendAsync(Rig rig, BenchUser user)
    {
        using var wire = await Wire.ConnectAsync(rig.App.Address);
        var latencies = new Latencies();
        for (var i = 0; i < Sends; i++)
        {
            var sent = Stopwatch.GetTimestamp();
            var status = await wire.ExchangeAsync(
                Wire.Request($"POST /chat/sessions/{user.Sessions[i % user.Sessions.Count]}/messages?wait=true", user.Token, """{"content":"Hello there!"}"""));
            if (status != 201)
            {
                throw new InvalidOperationException($"A send returned {status}.");
            }
            latencies.AddSince(sent);
        }
        return latencies;
    }
}
