using System.Diagnostics;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Integration.Tools;

/// <summary>An MCP server that sends too much: its connection is shared, so that only the request that it answers wrongly may fail.</summary>
[NonParallelizable] // it measures the process's memory
internal sealed class McpLimitTests
{
    private const int Megabyte = 1024 * 1024;

    [Test]
    public async Task Call_ResultOf100Megabytes_FailsAloneAndIsNotKeptInMemory()
    {
        await using var server = new MisbehavingMcpServer();
        await server.EchoAsync();
        var since = server.Server.State.Since;
        var waiting = server.CallAsync("hold");
        var before = GC.GetTotalAllocatedBytes();

        var failure = await MisbehavingMcpServer.FailureOf(server.CallAsync("big", ("megabytes", 100)));

        var allocated = GC.GetTotalAllocatedBytes() - before;
        Assert.That(failure, Is.EqualTo("The response of x is too long."));
        await server.CallAsync("release");
        Assert.That(await waiting, Is.EqualTo("released"), "a call of another user");
        Assert.That(server.Server.State.Since, Is.EqualTo(since), "the connection is the same");
        Assert.That(allocated, Is.LessThan(80 * Megabyte), "allocated, all in all");
    }

    [Test]
    public async Task Call_ResultWithinTheLimit_IsReturnedWhole()
    {
        await using var server = new MisbehavingMcpServer();

        Assert.That(await server.CallAsync("big", ("megabytes", 7)), Has.Length.InRange(5 * Megabyte, 7 * Megabyte));
    }

    [Test]
    public async Task Call_ResponseThatCannotBeRead_FailsAlone([Values("garbage", "wrong-shape")] string tool)
    {
        await using var server = new MisbehavingMcpServer();
        var waiting = server.CallAsync("hold");
        await server.EchoAsync();
        var since = server.Server.State.Since;

        var failure = await MisbehavingMcpServer.FailureOf(server.CallAsync(tool));

        Assert.That(failure, Does.Contain("cannot be read"));
        await server.CallAsync("release");
        Assert.That(await waiting, Is.EqualTo("released"));
        Assert.That(server.Server.State.Since, Is.EqualTo(since));
    }

    [Test]
    public async Task Call_LineWithoutEnd_EndsTheConnectionAndTheNextCallSucceeds()
    {
        await using var server = new MisbehavingMcpServer();
        await server.EchoAsync();

        var failure = await MisbehavingMcpServer.FailureOf(server.CallAsync("endless"));

        Assert.That(failure, Does.StartWith("The connection to x was lost"));
        Assert.That(await server.EchoAsync("again"), Is.EqualTo("again"));
        Assert.That(server.Server.State.Failure?.Text, Is.EqualTo("The server's response is too long."));
    }

    [Test]
    public async Task Call_FloodOfMessagesBeforeTheResult_ReturnsItAndKeepsNone([Values("flood", "requests")] string tool)
    {
        await using var server = new MisbehavingMcpServer();
        await server.EchoAsync();
        var since = server.Server.State.Since;
        var before = GC.GetTotalMemory(forceFullCollection: true);

        var flood = server.CallAsync(tool, ("count", 100_000)); // 100 MB
        Assert.That(await server.EchoAsync("meanwhile"), Is.EqualTo("meanwhile"));

        Assert.That(await flood, Is.EqualTo("done"));
        Assert.That(GC.GetTotalMemory(forceFullCollection: true) - before, Is.LessThan(20 * Megabyte));
        Assert.That(server.Server.State.Since, Is.EqualTo(since));
    }

    [Test]
    public async Task Call_ThousandsAtOnce_AreRefusedBeyondTheQueueAndTheConnectionStays()
    {
        await using var server = new MisbehavingMcpServer();
        await server.EchoAsync();
        var since = server.Server.State.Since;
        var held = Enumerable.Range(0, 15).Select(_ => server.CallAsync("hold")).ToList();

        var failures = await Task.WhenAll(Enumerable.Range(0, 3000).Select(i => MisbehavingMcpServer.FailureOf(server.EchoAsync($"{i}"))));

        Assert.That(failures.Count(f => f is null), Is.InRange(65, 2900));
        Assert.That(failures.Where(f => f is not null), Is.All.EqualTo("x is busy. Try again later."));
        await server.CallAsync("release");
        Assert.That(await Task.WhenAll(held), Is.All.EqualTo("released"));
        Assert.That(server.Server.State.Since, Is.EqualTo(since));
    }

    [Test]
    public async Task Output_LineWithoutEnd_IsCutAndDoesNotBlockTheServer()
    {
        await using var server = new MisbehavingMcpServer();
        await server.EchoAsync();
        var before = GC.GetTotalAllocatedBytes();

        await server.CallAsync("noise", ("megabytes", 50));

        Assert.That(GC.GetTotalAllocatedBytes() - before, Is.LessThan(20 * Megabyte));
        await server.CallAsync("noise-end");
        await Eventually.TrueAsync(() => server.Server.State.Output is [.., "end"], "the next line is read");
        Assert.That(server.Server.State.Output[0], Has.Length.LessThan(1000));
    }

    [Test]
    public async Task Dispose_CommandIgnoresTheEndOfItsInput_EndsIt()
    {
        int id;
        await using (var server = new MisbehavingMcpServer())
        {
            id = int.Parse(await server.CallAsync("stay"), System.Globalization.CultureInfo.InvariantCulture);
        }

        await Eventually.TrueAsync(() => Process.GetProcesses().All(p => p.Id != id), "the command has ended");
    }
}
