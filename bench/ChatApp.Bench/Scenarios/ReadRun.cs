using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using ChatApp.Bench.Client;

namespace ChatApp.Bench.Scenarios;

/// <summary>A page, as requested from the app and from the bound.</summary>
/// <param name="Name">For the report.</param>
/// <param name="App">The path on the app.</param>
/// <param name="Bare">The path on the bound.</param>
internal sealed record ReadPage(string Name, Func<BenchUser, string> App, Func<BenchUser, string> Bare);

/// <summary>Clients that read the same page repeatedly: one alone, then all together. The bound serves the same JSON from the same database.</summary>
internal sealed class ReadRun(Rig rig, ServerProcess bare, IReadOnlyList<BenchUser> users, TimeSpan duration)
{
    private const int BufferLength = 65_536;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    /// <summary>Measures a page and adds its figures.</summary>
    public async Task MeasureAsync(Report report, ReadPage page)
    {
        await CompareAsync(page);
        await RunAsync(bare, page.Bare, users.Count, WarmUp); // warm-up: compiles the code, prepares the statements
        await RunAsync(rig.App, page.App, users.Count, WarmUp);
        foreach (var clients in new[] { 1, users.Count }.Distinct())
        {
            var bound = await MeasureAsync(bare, page.Bare, clients);
            var app = await MeasureAsync(rig.App, page.App, clients);
            var name = clients == 1 ? $"{page.Name}, 1 client" : $"{page.Name}, {clients} clients";
            report.Add($"{name}: per second", "1/s", app.Rate, bound.Rate, clients == 1 ? null : "ratio >= 0.25");
            report.Add($"{name}: p50", "ms", app.Latencies.Percentile(0.5), bound.Latencies.Percentile(0.5));
            report.Add($"{name}: p99", "ms", app.Latencies.Percentile(0.99), bound.Latencies.Percentile(0.99));
            report.Add($"{name}: server's CPU time", "µs", app.Server, bound.Server);
            report.Add($"{name}: PostgreSQL's CPU time", "µs", app.Postgres, bound.Postgres);
        }
    }

    /// <summary>The response to a single request.</summary>
    public static async Task<JsonNode> GetAsync(IPEndPoint server, BenchUser user, string path)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://{server}") };
        client.DefaultRequestHeaders.Authorization = new("Bearer", user.Token);
        return JsonNode.Parse(await client.GetStringAsync(new Uri(path, UriKind.Relative)))!;
    }

    // The cursors differ: the app's are encrypted.
    private async Task CompareAsync(ReadPage page)
    {
        var (one, other) = (await GetAsync(rig.App.Address, users[0], page.App(users[0])), await GetAsync(bare.Address, users[0], page.Bare(users[0])));
        one["next_cursor"] = other["next_cursor"] = null;
        if (!JsonNode.DeepEquals(one, other))
        {
            throw new InvalidOperationException($"The bound's response differs from the app's.\n{one.ToJsonString()}\n{other.ToJsonString()}");
        }
    }

    private async Task<Measurement> MeasureAsync(ServerProcess server, Func<BenchUser, string> path, int clients)
    {
        var (processor, postgres, started) = (server.Processor, rig.Postgres.Processor, Stopwatch.GetTimestamp());
        var all = await RunAsync(server, path, clients, duration);
        var elapsed = Stopwatch.GetElapsedTime(started);
        return new(all, all.Count / elapsed.TotalSeconds, (server.Processor - processor).TotalMicroseconds / all.Count, (rig.Postgres.Processor - postgres).TotalMicroseconds / all.Count);
    }

    private async Task<Latencies> RunAsync(ServerProcess server, Func<BenchUser, string> path, int clients, TimeSpan time)
    {
        var started = Stopwatch.GetTimestamp();
        return Latencies.Of(await Task.WhenAll(users.Take(clients).Select(u => Task.Run(async () =>
        {
            using var wire = await Wire.ConnectAsync(server.Address, BufferLength);
            var (request, latencies) = (Wire.Request($"GET {path(u)}", u.Token), new Latencies());
            while (Stopwatch.GetElapsedTime(started) < time)
            {
                var sent = Stopwatch.GetTimestamp();
                var status = await wire.ExchangeAsync(request);
                latencies.AddSince(status == 200 ? sent : throw new InvalidOperationException($"{path(u)} returned {status}."));
            }
            return latencies;
        }))));
    }

    /// <param name="Latencies">Of the requests.</param>
    /// <param name="Rate">Requests per second.</param>
    /// <param name="Server">The server's CPU time per request, in microseconds.</param>
    /// <param name="Postgres">PostgreSQL's CPU time per request, in microseconds.</param>
    private sealed record Measurement(Latencies Latencies, double Rate, double Server, double Postgres);
}
