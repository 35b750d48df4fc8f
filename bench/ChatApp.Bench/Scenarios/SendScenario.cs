using System.Diagnostics;
using ChatApp.Bench.Client;
using ChatApp.Domain.Chat;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Bench.Scenarios;

/// <summary>Clients that send one message after another, each to several sessions in turn, with a provider that replies instantly.</summary>
internal static class SendScenario
{
    public static async Task<Report> RunAsync(Options options)
    {
        var (clients, seconds, sessions) = (options.Number("clients", 32), options.Number("seconds", 10), options.Number("sessions", 32));
        await using var rig = await Rig.StartAsync();
        var report = new Report("send", $"{clients} clients, {seconds} s, {sessions} sessions each");
        var duration = TimeSpan.FromSeconds(seconds);
        foreach (var query in new[] { "?wait=true", "" })
        {
            await SendAsync(rig, await rig.AddUsersAsync(clients, sessions), query, TimeSpan.FromSeconds(5)); // warm-up
        }

        var bareUsers = await rig.AddUsersAsync(clients, sessions);
        await BareSends.RunAsync(rig.ConnectionString, bareUsers, TimeSpan.FromSeconds(1));
        var bare = await MeasureAsync(rig, () => BareSends.RunAsync(rig.ConnectionString, bareUsers, duration));
        var replied = await RunAsync(rig, clients, sessions, "?wait=true", duration);
        var accepted = await RunAsync(rig, clients, sessions, "", duration);

        report.Add("sends per second, each reply stored", "1/s", accepted.Rate, bare.Rate, ">= 1000");
        report.Add("time until the message is stored, p50", "ms", accepted.Latencies.Percentile(0.5));
        report.Add("time until the message is stored, p99", "ms", accepted.Latencies.Percentile(0.99));
        report.Add("server's CPU time per send", "µs", accepted.App);
        report.Add("PostgreSQL's CPU time per send", "µs", accepted.Postgres, bare.Postgres);
        report.Add("clients' CPU time per send", "µs", accepted.Client, bare.Client);
        report.Add("rejected", "", accepted.Latencies.Refused + replied.Latencies.Refused);
        report.Add("sends per second, waiting for the reply", "1/s", replied.Rate, bare.Rate);
        report.Add("time until the reply is complete, p50", "ms", replied.Latencies.Percentile(0.5), bare.Latencies.Percentile(0.5));
        report.Add("time until the reply is complete, p99", "ms", replied.Latencies.Percentile(0.99), bare.Latencies.Percentile(0.99));
        return report;
    }

    private static async Task<Measurement> RunAsync(Rig rig, int clients, int sessions, string query, TimeSpan duration)
    {
        var users = await rig.AddUsersAsync(clients, sessions);
        return await MeasureAsync(rig, () => SendAsync(rig, users, query, duration));
    }

    private static async Task<Measurement> MeasureAsync(Rig rig, Func<Task<IReadOnlyList<Latencies>>> send)
    {
        var (app, postgres, client, started) = (rig.App.Processor, rig.Postgres.Processor, Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        var all = Latencies.Of(await send());
        var elapsed = Stopwatch.GetElapsedTime(started);
        return new(all, all.Count / elapsed.TotalSeconds,
            (rig.App.Processor - app).TotalMicroseconds / all.Count, (rig.Postgres.Processor - postgres).TotalMicroseconds / all.Count,
            (Environment.CpuUsage.TotalTime - client).TotalMicroseconds / all.Count);
    }

    private static async Task<IReadOnlyList<Latencies>> SendAsync(Rig rig, IReadOnlyList<BenchUser> users, string query, TimeSpan duration)
    {
        var started = Stopwatch.GetTimestamp();
        var latencies = await Task.WhenAll(users.Select(u => Task.Run(() => SendAsync(rig, u, query, started, duration))));
        // A send counts only once its reply is stored.
        await using var db = rig.Open();
        while (await db.Messages.AnyAsync(m => m.Status == MessageStatus.Generating))
        {
            await Task.Delay(10);
        }
        return latencies;
    }

    private static async Task<Latencies> SendAsync(Rig rig, BenchUser user, string query, long started, TimeSpan duration)
    {
        using var wire = await Wire.ConnectAsync(rig.App.Address);
        var requests = user.Sessions.Select(s => Wire.Request($"POST /chat/sessions/{s}/messages{query}", user.Token, """{"content":"Hello there!"}""")).ToArray();
        var latencies = new Latencies();
        for (var i = 0; Stopwatch.GetElapsedTime(started) < duration; i++)
        {
            var sent = Stopwatch.GetTimestamp();
            if (await wire.ExchangeAsync(requests[i % requests.Length]) == 201)
            {
                latencies.AddSince(sent);
            }
            else
            {
                latencies.Refuse();
            }
        }
        return latencies;
    }

    /// <param name="Latencies">Of the sends.</param>
    /// <param name="Rate">Sends per second.</param>
    /// <param name="App">The app's CPU time per send, in microseconds.</param>
    /// <param name="Postgres">PostgreSQL's CPU time per send.</param>
    /// <param name="Client">The bench's own CPU time per send.</param>
    private sealed record Measurement(Latencies Latencies, double Rate, double App, double Postgres, double Client);
}
