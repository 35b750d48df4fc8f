using ChatApp.Bench.Serving;

namespace ChatApp.Bench.Scenarios;

/// <summary>The list of sessions: its first page, and one far back.</summary>
internal static class ListScenario
{
    private const int MessagesPerSession = 4;

    public static async Task<Report> RunAsync(Options options)
    {
        var (clients, seconds, sessions) = (options.Number("clients", 32), options.Number("seconds", 5), options.Number("sessions", 1000));
        await using var rig = await Rig.StartAsync();
        var users = await rig.AddUsersAsync(clients, sessions);
        await new ManyMessages(MessagesPerSession).FillAsync(rig.ConnectionString, [.. users.Select(u => (u, sessions * MessagesPerSession))]);
        await using var bare = await ServerProcess.StartAsync(BareReads.Command, rig.ConnectionString);
        var report = new Report("list", $"{clients} users with {sessions} sessions each, 50 a page, {seconds} s");
        var run = new ReadRun(rig, bare, users, TimeSpan.FromSeconds(seconds));

        await run.MeasureAsync(report, new("the first page", _ => "/chat/sessions", _ => "/list"));
        var far = await FarBackAsync(rig, users, sessions);
        await run.MeasureAsync(report, new("a page far back", u => $"/chat/sessions?cursor={far[u].Cursor}", u => $"/list?after={far[u].Time}&id={far[u].Id}"));
        return report;
    }

    private static async Task<Dictionary<BenchUser, (string Cursor, string Time, string Id)>> FarBackAsync(Rig rig, IReadOnlyList<BenchUser> users, int sessions)
    {
        var positions = new Dictionary<BenchUser, (string, string, string)>();
        foreach (var user in users)
        {
            var cursor = "";
            for (var i = 0; i < 8; i++)
            {
                var page = await ReadRun.GetAsync(rig.App.Address, user, $"/chat/sessions?limit={Math.Clamp(sessions / 10, 1, 200)}{cursor}");
                var last = page["sessions"]!.AsArray()[^1]!;
                cursor = $"&cursor={page["next_cursor"]}";
                positions[user] = (page["next_cursor"]!.ToString(), last["timestamp"]!.ToString(), last["id"]!.ToString());
            }
        }
        return positions;
    }
}
