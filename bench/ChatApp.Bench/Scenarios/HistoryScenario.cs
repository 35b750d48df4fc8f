using ChatApp.Bench.Serving;

namespace ChatApp.Bench.Scenarios;

/// <summary>A short history, and two pages of a long one: the newest, and one far back.</summary>
internal static class HistoryScenario
{
    private const int Short = 20;
    private const int PageLength = 50;

    public static async Task<Report> RunAsync(Options options)
    {
        var (clients, seconds, length) = (options.Number("clients", 32), options.Number("seconds", 5), options.Number("messages", 2000));
        await using var rig = await Rig.StartAsync();
        var (brief, talkative) = (await rig.AddUsersAsync(clients, 1), await rig.AddUsersAsync(clients, 1));
        await new ManyMessages(length).FillAsync(rig.ConnectionString, [.. brief.Select(u => (u, Short)), .. talkative.Select(u => (u, length))]);
        await using var bare = await ServerProcess.StartAsync(BareReads.Command, rig.ConnectionString);
        var report = new Report("history", $"{clients} users, {PageLength} messages a page, {seconds} s");
        var duration = TimeSpan.FromSeconds(seconds);

        await new ReadRun(rig, bare, brief, duration).MeasureAsync(report, new($"{Short} messages", App, u => Bare(u, length)));
        var run = new ReadRun(rig, bare, talkative, duration);
        await run.MeasureAsync(report, new($"the newest of {length}", App, u => Bare(u, length + 1)));
        var (cursors, before) = (new Dictionary<BenchUser, string>(), length / 10 + 1);
        foreach (var user in talkative)
        {
            cursors[user] = await FarBackAsync(rig, user, length, before);
        }
        await run.MeasureAsync(report, new("a page far back", u => $"{App(u)}?cursor={cursors[u]}", u => Bare(u, before)));
        return report;
    }

    private static string App(BenchUser user) => $"/chat/sessions/{user.Sessions[0]}/messages";

    private static string Bare(BenchUser user, int before) => $"/history?session={user.Sessions[0]}&before={before}";

    // Page by page: a cursor comes only from the page before it.
    private static async Task<string> FarBackAsync(Rig rig, BenchUser user, int length, int before)
    {
        var cursor = "";
        for (var left = length; left >= before;)
        {
            var limit = Math.Min(200, left - before + 1);
            cursor = (await ReadRun.GetAsync(rig.App.Address, user, $"{App(user)}?limit={limit}{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}"))["next_cursor"]!.ToString();
            left -= limit;
        }
        return cursor;
    }
}
