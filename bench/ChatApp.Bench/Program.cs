using ChatApp.Bench;
using ChatApp.Bench.Scenarios;
using ChatApp.Bench.Serving;

return args switch
{
    [AppServer.Command, .. var rest] => await AppServer.RunAsync(rest),
    [BareServer.Command] => await BareServer.RunAsync(),
    [BareReads.Command, var connectionString] => await BareReads.RunAsync(connectionString),
    ["send", .. var rest] => await Run(rest, SendScenario.RunAsync),
    ["stream", .. var rest] => await Run(rest, StreamScenario.RunAsync),
    ["idle", .. var rest] => await Run(rest, IdleScenario.RunAsync),
    ["list", .. var rest] => await Run(rest, ListScenario.RunAsync),
    ["history", .. var rest] => await Run(rest, HistoryScenario.RunAsync),
    ["search", .. var rest] => await Run(rest, SearchScenario.RunAsync),
    ["markdown", .. var rest] => await Run(rest, MarkdownScenario.RunAsync),
    _ => Help(),
};

static async Task<int> Run(string[] args, Func<Options, Task<Report>> scenario)
{
    try
    {
        var options = new Options(args);
        var report = await scenario(options);
        report.Print(options.Has("json"));
        return 0;
    }
    catch (Exception e) when (e is not OutOfMemoryException) // an unhandled one would leave servers and data behind
    {
        await Console.Error.WriteLineAsync(e.ToString());
        return 1;
    }
}

static int Help()
{
    Console.WriteLine("""
        dotnet run -c Release --project bench/ChatApp.Bench -- <scenario> [--json]
          send    --clients 32 --seconds 10 --sessions 32    messages to a provider that replies instantly; bound: the same transactions in plain Npgsql
          stream  --streams 1000 --tokens 200 --rate 50 --rounds 3    streamed replies; bound: bare Kestrel
          idle    --subscribers 5000 --seconds 10  subscribers without events
          list    --clients 32 --seconds 5 --sessions 1000    the list of sessions; bound: the same JSON from bare Kestrel and plain Npgsql
          history --clients 32 --seconds 5 --messages 2000    short and long histories; the same bound
          search  --messages 1000000 --rounds 30 --explain    searches by three users among many
          markdown --texts 2000 --seed 1    the slowest of random 64 kB texts to render; bound: plain words of that length
        """);
    return 2;
}
