using System.Diagnostics;
using ChatApp.Bench.Client;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Bench.Scenarios;

/// <summary>Searches, one at a time, among many messages of many users.</summary>
internal static class SearchScenario
{
    private const int SmallLength = 200;

    public static async Task<Report> RunAsync(Options options)
    {
        var (messages, rounds) = (options.Number("messages", 1_000_000), options.Number("rounds", 30));
        await using var rig = await Rig.StartAsync();
        var report = new Report("search", $"{messages} messages, each search {rounds} times");
        List<(BenchUser User, int Messages)> users = [];
        foreach (var length in new[] { messages / 10, messages / 100, SmallLength })
        {
            users.Add(((await rig.AddUsersAsync(1, length / ManyMessages.MessagesPerSession + 1))[0], length));
        }
        var others = (messages - users.Sum(u => u.Messages)) / SmallLength;
        users.AddRange((await rig.AddUsersAsync(others, SmallLength / ManyMessages.MessagesPerSession)).Select(u => (u, SmallLength)));
        var many = new ManyMessages();
        await many.FillAsync(rig.ConnectionString, users);

        (string Name, string Query)[] queries =
        [
            ("the most common word", many.Word(0)),
            ("a common word", many.Word(30)),
            ("a rare word", many.Word(9_000)),
            ("two common words", $"{many.Word(20)} {many.Word(40)}"),
            ("a phrase", $"\"{many.Word(3)} {many.Word(5)}\""),
            ("a prefix", many.Word(3_000)[..4]),
            ("a substring", many.Word(3_000)[1..]),
            ("no match", "xyzzy"),
        ];
        foreach (var (user, length) in users.Take(3).Reverse())
        {
            foreach (var (name, query) in queries)
            {
                var latencies = await SearchAsync(rig, user, query, rounds);
                report.Add($"{length}: {name}, p50", "ms", latencies.Percentile(0.5));
                report.Add($"{length}: {name}, p95", "ms", latencies.Percentile(0.95));
            }
        }
        if (options.Has("explain"))
        {
            await ExplainAsync(rig, users[2].User, many.Word(0));
        }
        return report;
    }

    private static async Task ExplainAsync(Rig rig, BenchUser user, string word)
    {
        await using var db = rig.Open();
        foreach (var condition in new[] { $"search_words @@ to_tsquery('simple', '{word}')", $"content ILIKE '%{word}%' AND ts_match_vq(search_words, to_tsquery('simple', '{word}:*'))" })
        {
            var sql = $"""
                EXPLAIN (ANALYZE, COSTS OFF) SELECT id FROM messages
                WHERE user_id = '{user.Id}' AND deleted_at IS NULL AND status <> 'generating' AND content <> '' AND {condition} ORDER BY created_at DESC, id DESC LIMIT 1000
                """;
            var plan = await db.Database.SqlQueryRaw<string>(sql).ToListAsync();
            Console.WriteLine($"{sql}\n{string.Join('\n', plan)}\n");
        }
    }

    private static async Task<Latencies> SearchAsync(Rig rig, BenchUser user, string query, int rounds)
    {
        using var wire = await Wire.ConnectAsync(rig.App.Address);
        var request = Wire.Request($"GET /search?query={Uri.EscapeDataString(query)}", user.Token);
        var latencies = new Latencies();
        for (var i = 0; i <= rounds; i++)
        {
            var sent = Stopwatch.GetTimestamp();
            var status = await wire.ExchangeAsync(request);
            if (status != 200)
            {
                throw new InvalidOperationException($"A search for “{query}” returned {status}.");
            }
            if (i > 0)
            {
                latencies.AddSince(sent);
            }
        }
        return latencies;
    }
}
