using System.Text;
using System.Text.Json;
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
    public async Task Call_ResponseIsTooLongOrFails_OtherCallsGoOn([Values("endless", "flood", "broken")] string tool)
    {
        await using var server = await RecordedServer.StartAsync();
        var release = new TaskCompletionSource();
        var held = new TaskCompletionSource();
        server.On("/mcp", context => RespondAsync(context, held, release.Task));
        await using var connection = Connect($"{server.Address}/mcp");
        await EchoAsync(connection);
        var since = connection.State.Since;
        var waiting = connection.CallAsync("hold", new Dictionary<string, object?>(), CancellationToken.None);
        await held.Task.WaitAsync(Eventually.Patience);

        await Assert.ThatAsync(() => connection.CallAsync(tool, new Dictionary<string, object?>(), CancellationToken.None),
            Throws.TypeOf<ToolException>().With.Message.EqualTo(tool == "broken"
                ? "The connection to x was lost during the call. The call may have taken effect." : "The response of x is too long."));

        Assert.That(await EchoAsync(connection), Is.EqualTo("Echo: hello"));
        release.SetResult();
        Assert.That(((TextContentBlock)(await waiting).Content[0]).Text, Is.EqualTo("Echo: hello"));
        Assert.That(connection.State.Since, Is.EqualTo(since));
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

    // An MCP server whose tools respond as their names say.
    private static async Task RespondAsync(HttpContext context, TaskCompletionSource held, Task release)
    {
        if (context.Request.Method != "POST")
        {
            context.Response.StatusCode = 405;
            return;
        }
        using var request = await JsonDocument.ParseAsync(context.Request.Body);
        if (!request.RootElement.TryGetProperty("id", out var id))
        {
            context.Response.StatusCode = 202;
            return;
        }
        var parameters = request.RootElement.TryGetProperty("params", out var given) ? given : default;
        var method = request.RootElement.Text("method");
        var tool = method == "tools/call" ? parameters.Text("name") : null;
        if (tool == "hold")
        {
            held.SetResult();
            await release.WaitAsync(Eventually.Patience);
        }
        if (tool == "broken")
        {
            context.Response.StatusCode = 500;
            return;
        }
        context.Response.ContentType = tool == "flood" ? "text/event-stream" : "application/json";
        var notification = Encoding.UTF8.GetBytes($"data: {{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{{\"level\":\"info\",\"data\":\"{new string('x', 1024 * 1024)}\"}}}}\n\n");
        while (tool is "endless" or "flood" && !context.RequestAborted.IsCancellationRequested)
        {
            await context.Response.Body.WriteAsync(tool == "flood" ? notification : notification.AsMemory(100, 1000 * 1000));
        }
        object? result = method switch
        {
            "initialize" => new { protocolVersion = parameters.Text("protocolVersion"), capabilities = new { tools = new { } }, serverInfo = new { name = "x", version = "1" } },
            "tools/list" => new { tools = new[] { "echo", "hold", "endless", "flood", "broken" }.Select(name => new { name, inputSchema = new { type = "object" } }) },
            "tools/call" => new { content = new[] { new { type = "text", text = "Echo: hello" } } },
            _ => null,
        };
        await context.Response.WriteAsync(result is null
            ? JsonSerializer.Serialize(new { jsonrpc = "2.0", id, error = new { code = -32601, message = "Method not found" } })
            : JsonSerializer.Serialize(new { jsonrpc = "2.0", id, result }));
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
