using ChatApp.Domain.Chat.Ports;
using ChatApp.Tests.Support;
using ChatApp.Web.Integrations;
using ChatApp.Web.Integrations.Mcp;
using ChatApp.Web.Integrations.Outgoing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using ModelContextProtocol.Protocol;

namespace ChatApp.Tests.Integration.Tools;

/// <summary>MCP servers over streamable HTTP, through the guarded handler.</summary>
internal sealed class McpHttpTests
{
    [Test]
    public async Task Call_ReferenceServer_ReturnsTheResult()
    {
        await using var server = new ReferenceHttpServer();
        await server.StartAsync();
        await using var connection = Connect(server.Url);

        Assert.That((await connection.OfferAsync(CancellationToken.None)).Select(t => t.Name), Does.Contain("echo"));
        Assert.That(await EchoAsync(connection), Is.EqualTo("Echo: hello"));
    }

    [Test]
    public async Task Call_ServerKilledDuringIt_FailsAndSucceedsAfterItsRestart()
    {
        await using var server = new ReferenceHttpServer();
        await server.StartAsync();
        var clock = new TestClock();
        await using var connection = Connect(server.Url, clock: clock);
        await connection.ListAsync(CancellationToken.None);
        var running = connection.CallAsync(
            "trigger-long-running-operation", new Dictionary<string, object?> { ["duration"] = 600, ["steps"] = 1 }, CancellationToken.None);
        await EchoAsync(connection);

        await server.KillAsync();

        await Assert.ThatAsync(() => running, Throws.TypeOf<ToolException>());
        await Assert.ThatAsync(() => EchoAsync(connection), Throws.TypeOf<ToolException>());
        await server.StartAsync();
        Assert.That(await EchoAsync(connection), Is.EqualTo("Echo: hello"));
    }

    [Test]
    public async Task Call_ServerRestartedBefore_ReconnectsFirst()
    {
        await using var server = new ReferenceHttpServer();
        await server.StartAsync();
        var clock = new TestClock();
        await using var connection = Connect(server.Url, clock: clock);
        await EchoAsync(connection);
        await server.KillAsync();
        await server.StartAsync();

        clock.Advance(TimeSpan.FromMinutes(1));

        Assert.That(await EchoAsync(connection), Is.EqualTo("Echo: hello"));
    }

    [Test]
    public async Task Connect_ServerRedirects_IsNotFollowedAndTheKeyIsNotSentElsewhere()
    {
        await using var canary = await RecordedServer.StartAsync();
        await using var server = await RecordedServer.StartAsync();
        server.Redirect("/mcp", $"{canary.Address}/mcp", status: 307);
        await using var connection = Connect($"{server.Address}/mcp", new() { ["Authorization"] = "Bearer key" });

        await Assert.ThatAsync(() => connection.ListAsync(CancellationToken.None), Throws.TypeOf<ToolException>());

        Assert.That(server.Requests[0].Headers.Authorization.ToString(), Is.EqualTo("Bearer key"));
        Assert.That(canary.Connections, Is.Zero);
        Assert.That(connection.State.Failure?.Text, Does.Contain("307"));
    }

    [TestCase("application/json")]
    [TestCase("text/event-stream")]
    public async Task Connect_EndlessResponse_IsAborted(string contentType)
    {
        await using var server = await RecordedServer.StartAsync();
        var gone = new TaskCompletionSource();
        server.On("/mcp", async context =>
        {
            context.Response.ContentType = contentType;
            await context.Response.WriteAsync(contentType == "application/json" ? "\"" : "data: \"");
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(new byte[64 * 1024].Select(_ => (byte)'x').ToArray());
            }
            gone.TrySetResult();
        });
        await using var connection = Connect($"{server.Address}/mcp");

        await Assert.ThatAsync(() => connection.ListAsync(CancellationToken.None), Throws.TypeOf<ToolException>());

        Assert.That(connection.State.Failure?.Text, Is.EqualTo("The server's response is too long."));
        await gone.Task.WaitAsync(Eventually.Patience);
    }

    [Test]
    public async Task ResponseLimit_ManyEvents_AreNotOneResponse()
    {
        await using var server = await RecordedServer.StartAsync();
        var megabyte = $"data: {new string('x', 1024 * 1024)}\r\n\r\n";
        server.On("/", async context =>
        {
            context.Response.ContentType = "text/event-stream";
            for (var i = 0; i < 12; i++)
            {
                await context.Response.WriteAsync(megabyte);
            }
        });
        using var client = new HttpClient(new ResponseLimitHandler(new SocketsHttpHandler(), () => new InvalidDataException()));

        using var response = await client.GetAsync(new Uri(server.Address), HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await response.Content.ReadAsStreamAsync();
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);

        Assert.That(copy.Length, Is.EqualTo(12 * megabyte.Length));
    }

    [Test]
    public async Task Connect_OtherPortOfTheHost_IsBlocked()
    {
        await using var canary = await RecordedServer.StartAsync();
        using var client = new OutgoingClient(AllowedHosts.From(new ConfigurationBuilder().Build()).With(new("http://127.0.0.1:9/mcp")), OutgoingNetwork.Internet, TimeProvider.System);
        using var request = new HttpRequestMessage(HttpMethod.Get, canary.Address);

        await Assert.ThatAsync(() => client.SendAsync(request, CancellationToken.None), Throws.TypeOf<ToolException>());

        Assert.That(canary.Connections, Is.Zero);
    }

    private static McpServer Connect(string url, Dictionary<string, string>? headers = null, TestClock? clock = null)
    {
        var transports = new McpTransports(AllowedHosts.From(new ConfigurationBuilder().Build()), OutgoingNetwork.Internet);
        var settings = new McpServerSettings { Name = "x", Url = new(url), Headers = headers ?? [] };
        return new(settings, transports, clock ?? TimeProvider.System, () => { }, NullLogger<McpServer>.Instance);
    }

    private static async Task<string> EchoAsync(McpServer connection)
    {
        var result = await connection.CallAsync("echo", new Dictionary<string, object?> { ["message"] = "hello" }, CancellationToken.None);
        return ((TextContentBlock)result.Content[0]).Text;
    }
}
