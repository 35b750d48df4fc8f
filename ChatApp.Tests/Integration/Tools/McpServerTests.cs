using System.Diagnostics;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Tests.Support;
using ChatApp.Web.Integrations.Mcp;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Protocol;

namespace ChatApp.Tests.Integration.Tools;

/// <summary>MCP servers that are killed, stopped, silent or gone.</summary>
internal sealed class McpServerTests
{
    private static readonly Dictionary<string, object?> LongTime = new() { ["duration"] = 600, ["steps"] = 1 };

    private readonly string _pidFile = Path.Combine(Path.GetTempPath(), $"chatapp-mcp-{Guid.CreateVersion7()}");

    [TearDown]
    public void DeletePidFile() => File.Delete(_pidFile);

    [Test]
    public async Task ListAsync_ServerRunByTheApp_OffersItsToolsToModels()
    {
        await using var app = await StartAsync(ReferenceMcpServer.Stdio("every_thing", _pidFile));

        var tools = await SourceOf(app).ListAsync(CancellationToken.None);

        var sum = tools.Single(t => t.Name == "every-thing_get-sum");
        Assert.That((sum.Source, sum.Status, sum.RequiresApproval), Is.EqualTo(("every_thing", "Asking every_thing: Get Sum Tool…", false)));
        Assert.That(sum.Function.JsonSchema.GetProperty("required").GetRawText(), Is.EqualTo("""["a","b"]"""));
        Assert.That(await sum.Function.InvokeAsync(new AIFunctionArguments { ["a"] = 1, ["b"] = 2 }), Is.EqualTo("The sum of 1 and 2 is 3."));
        Assert.That(tools.Where(t => t.RequiresApproval).Select(t => t.Name), Does.Contain("every-thing_gzip-file-as-resource"));
        await Assert.ThatAsync(() => sum.Function.InvokeAsync([]).AsTask(), Throws.TypeOf<ToolException>().With.Message.Contains("expected number"));
    }

    [Test]
    public async Task Dispose_App_EndsTheServersItRuns()
    {
        Process process;
        await using (var app = await StartAsync(ReferenceMcpServer.Stdio("x", _pidFile)))
        {
            await Only(app).ListAsync(CancellationToken.None);
            process = ReferenceMcpServer.ProcessOf(_pidFile);
        }

        using (process)
        {
            await process.WaitForExitAsync().WaitAsync(Eventually.Patience);
        }
    }

    [Test]
    public async Task Call_ServerKilledDuringIt_FailsAndTheNextSucceeds()
    {
        await using var app = await StartAsync(ReferenceMcpServer.Stdio("x", _pidFile));
        var server = Only(app);
        await server.ListAsync(CancellationToken.None);
        var running = server.CallAsync("trigger-long-running-operation", LongTime, CancellationToken.None);
        await EchoAsync(server); // sent later, completed first: the long call has started

        using (var process = ReferenceMcpServer.ProcessOf(_pidFile))
        {
            process.Kill();
        }

        await Assert.ThatAsync(() => running, Throws.TypeOf<ToolException>().With.Message.Contains("lost during the call"));
        Assert.That(await EchoAsync(server), Is.EqualTo("Echo: hello"));
        Assert.That((server.State.Status, server.State.Failure?.Text), Is.EqualTo((McpServerStatus.Connected, "The command ended with exit code 137.")));
        Assert.That(await SourceOf(app).ListAsync(CancellationToken.None), Is.Not.Empty);
    }

    [Test]
    public async Task Offer_ServerKilledBefore_Reconnects()
    {
        await using var app = await StartAsync(ReferenceMcpServer.Stdio("x", _pidFile));
        var server = Only(app);
        await server.ListAsync(CancellationToken.None);
        using (var process = ReferenceMcpServer.ProcessOf(_pidFile))
        {
            process.Kill();
        }
        await Eventually.TrueAsync(() => server.State.Status == McpServerStatus.Idle, "the end is detected");

        await Eventually.TrueAsync(async () => (await SourceOf(app).ListAsync(CancellationToken.None)).Count > 0, "its tools are offered again");
    }

    [Test]
    public async Task Call_ServerStopsResponding_EndsInTimeAndTheServerIsReplaced()
    {
        await using var app = await StartAsync(ReferenceMcpServer.Stdio("x", _pidFile), ("CallTimeout", "00:00:01"));
        var server = Only(app);
        await server.ListAsync(CancellationToken.None);
        using var stopped = ReferenceMcpServer.ProcessOf(_pidFile);
        using (var kill = Process.Start("kill", ["-STOP", $"{stopped.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        await Assert.ThatAsync(() => EchoAsync(server), Throws.TypeOf<ToolException>().With.Message.Contains("longer than 1 seconds"));

        await Eventually.TrueAsync(async () => await TryEchoAsync(server), "another process responds");
        await stopped.WaitForExitAsync().WaitAsync(Eventually.Patience);
    }

    [Test]
    public async Task Call_CallerCancels_KeepsTheConnectionForOthers()
    {
        await using var app = await StartAsync(ReferenceMcpServer.Stdio("x", _pidFile));
        var server = Only(app);
        await server.ListAsync(CancellationToken.None);
        using var gone = new CancellationTokenSource();
        var running = server.CallAsync("trigger-long-running-operation", LongTime, gone.Token);
        var since = server.State.Since;

        await gone.CancelAsync();

        await Assert.ThatAsync(() => running, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(await EchoAsync(server), Is.EqualTo("Echo: hello"));
        Assert.That(server.State.Since, Is.EqualTo(since));
    }

    [Test]
    public async Task Offer_ServerFails_DoesNotWaitAndRetriesLater()
    {
        var clock = new TestClock();
        await using var app = await StartAsync(ReferenceMcpServer.Command("x", $"test -f '{_pidFile}' && exec node '{ReferenceMcpServer.Script}' stdio"), clock);
        var server = Only(app);

        Assert.That(await server.OfferAsync(CancellationToken.None), Is.Empty);
        await Eventually.TrueAsync(() => server.State.Status == McpServerStatus.Failed, "the first attempt has failed");
        await File.WriteAllTextAsync(_pidFile, "it exists now");
        Assert.That(await server.OfferAsync(CancellationToken.None), Is.Empty);
        Assert.That(server.State.Status, Is.EqualTo(McpServerStatus.Failed), "no retry before the back-off has passed");

        clock.Advance(TimeSpan.FromSeconds(10));
        await Eventually.TrueAsync(async () => (await server.OfferAsync(CancellationToken.None)).Count > 0, "it is retried");
    }

    [Test]
    public async Task Reconnect_ServerFailed_RetriesWithoutBackOff()
    {
        await using var app = await StartAsync(ReferenceMcpServer.Command("x", $"test -f '{_pidFile}' && exec node '{ReferenceMcpServer.Script}' stdio"));
        var server = Only(app);

        Assert.That(await server.ReconnectAsync(CancellationToken.None), Is.False);
        await File.WriteAllTextAsync(_pidFile, "it exists now");
        Assert.That(await server.ReconnectAsync(CancellationToken.None), Is.True);
    }

    [Test]
    public async Task State_CommandEnds_HasTheReasonAndLogsNoOutput()
    {
        await using var app = await StartAsync(ReferenceMcpServer.Command("x", "echo 'a secret of the server' >&2; exit 3"));
        var server = Only(app);

        await Assert.ThatAsync(() => server.ListAsync(CancellationToken.None), Throws.TypeOf<ToolException>().With.Message.EqualTo("x could not be reached."));

        Assert.That(server.State.Status, Is.EqualTo(McpServerStatus.Failed));
        Assert.That(server.State.Failure?.Text, Does.StartWith("The command ended"));
        await Eventually.TrueAsync(() => server.State.Output is ["a secret of the server"], "its last output is kept");
        Assert.That(app.Log.Text, Does.Contain("MCP server x").And.Not.Contain("a secret of the server"));
    }

    [Test]
    public async Task State_CommandNotFound_HasTheReason()
    {
        await using var app = await StartAsync(new() { ["Mcp:Servers:x:Command"] = "no-such-command" });

        await Assert.ThatAsync(() => Only(app).ListAsync(CancellationToken.None), Throws.TypeOf<ToolException>());

        Assert.That(Only(app).State.Failure?.Text, Does.StartWith("The command could not be started"));
    }

    private static Task<TestApp> StartAsync(Dictionary<string, string> settings, TestClock? clock = null) => TestApp.StartAsync(settings, adjust: b =>
    {
        new GatedModel().AddTo(b.Services);
        b.Services.AddSingleton<TimeProvider>(clock ?? TimeProvider.System);
    });

    private static Task<TestApp> StartAsync(Dictionary<string, string> settings, params (string Key, string Value)[] more) =>
        StartAsync(new Dictionary<string, string>([.. settings, .. more.Select(m => KeyValuePair.Create($"Mcp:Servers:x:{m.Key}", m.Value))]), clock: null);

    private static McpServers SourceOf(TestApp app) => app.Services.GetServices<IToolSource>().OfType<McpServers>().Single();

    private static McpServer Only(TestApp app) => app.Services.GetRequiredService<McpServers>().All.Single();

    private static async Task<string> EchoAsync(McpServer server)
    {
        var result = await server.CallAsync("echo", new Dictionary<string, object?> { ["message"] = "hello" }, CancellationToken.None);
        return ((TextContentBlock)result.Content[0]).Text;
    }

    private static async Task<bool> TryEchoAsync(McpServer server)
    {
        try
        {
            return await EchoAsync(server) == "Echo: hello";
        }
        catch (ToolException)
        {
            return false;
        }
    }
}
