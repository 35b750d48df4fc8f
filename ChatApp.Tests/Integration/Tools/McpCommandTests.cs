using System.Net;
using System.Text.Json;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Integration.Tools;

/// <summary>POST /api/mcp-command with the reference server as two servers, one of which offers less.</summary>
internal sealed class McpCommandTests : ChatFixture
{
    private TestUser _user = null!;

    protected override Dictionary<string, string> Settings => new(
    [
        .. ReferenceMcpServer.Command("everything", $"exec node '{ReferenceMcpServer.Script}' stdio"),
        .. ReferenceMcpServer.Command("small", $"exec node '{ReferenceMcpServer.Script}' stdio"),
        new("Mcp:Servers:everything:Env:GIVEN", "this"),
        new("Mcp:Servers:everything:AskByTool:get-env", "always"),
        new("Mcp:Servers:small:Tools:0", "echo"),
        new("Mcp:Servers:small:Tools:1", "get-tiny-image"),
        new("Mcp:Servers:small:Ask", "always"),
        .. ReferenceMcpServer.Command("broken", "echo 'a secret of the server' >&2; exit 3"),
    ]);

    [OneTimeSetUp]
    public async Task Register() => _user = await App.RegisterAsync();

    [Test]
    public async Task ListServers_SomeConnected_ReturnsOnlyTheirState()
    {
        await RunAsync(new { command = "list_tools", args = new { server = "small" } });
        await RunAsync(new { command = "list_tools", args = new { server = "broken" } });

        var response = await RunAsync(new { command = "list_servers" });

        var servers = response.GetProperty("data").Items("servers");
        Assert.That(response.GetProperty("success").GetBoolean(), Is.True);
        Assert.That(servers.Select(s => s.Text("name")), Is.EqualTo(new[] { "broken", "everything", "small" }));
        Assert.That((servers[2].Text("status"), servers[2].Number("tool_count")), Is.EqualTo(("connected", 2)));
        Assert.That(servers[0].Text("status"), Is.EqualTo("failed"));
        Assert.That(response.GetRawText(), Does.Not.Contain("secret").And.Not.Contain("node"));
    }

    [Test]
    public async Task ListTools_OneServer_HasSchemaAndWhetherApprovalIsRequired()
    {
        var response = await RunAsync(new { command = "list_tools", args = new { server = "everything" } });

        var tools = response.GetProperty("data").Items("tools");
        Assert.That(tools.Select(t => t.Text("name")), Is.SupersetOf(new[] { "echo", "get-sum", "get-env", "gzip-file-as-resource" }));
        var sum = tools.Single(t => t.Text("name") == "get-sum");
        Assert.That((sum.Text("server"), sum.Text("full_name"), sum.GetProperty("asks_first").GetBoolean()), Is.EqualTo(("everything", "everything_get-sum", false)));
        Assert.That(sum.GetProperty("input_schema").GetProperty("properties").TryGetProperty("a", out _), Is.True);
        Assert.That(tools.Where(t => t.GetProperty("asks_first").GetBoolean()).Select(t => t.Text("name")),
            Does.Contain("get-env").And.Contain("gzip-file-as-resource").And.Not.Contain("echo"));
    }

    [Test]
    public async Task ListTools_OfAllServers_ListsReachableOnesAndNamesTheOthers()
    {
        var response = await RunAsync(new { command = "list_tools" });

        var tools = response.GetProperty("data").Items("tools");
        Assert.That(tools.Where(t => t.Text("server") == "small").Select(t => t.Text("name")), Is.EqualTo(new[] { "echo", "get-tiny-image" }));
        Assert.That(tools.Where(t => t.Text("server") == "small").Select(t => t.GetProperty("asks_first").GetBoolean()), Is.All.True);
        Assert.That(response.Text("message"), Does.Contain("broken"));
    }

    [TestCase("get-sum", "everything")]
    [TestCase("get-sum", null)]
    [TestCase("everything_get-sum", null)]
    public async Task CallTool_ByItsNames_ReturnsTheResult(string tool, string? server)
    {
        var response = await RunAsync(new { command = "call_tool", args = new { server, tool, arguments = new { a = 40, b = 2 } } });

        var data = response.GetProperty("data");
        Assert.That(response.GetProperty("success").GetBoolean(), Is.True);
        Assert.That((data.Text("server"), data.Text("tool"), data.Text("content")), Is.EqualTo(("everything", "get-sum", "The sum of 40 and 2 is 42.")));
    }

    [Test]
    public async Task CallTool_WithStructuredContent_HasIt()
    {
        var response = await RunAsync(new { command = "call_tool", args = new { tool = "get-structured-content", arguments = new { location = "Chicago" } } });

        Assert.That(response.GetProperty("data").GetProperty("structured_content").TryGetProperty("temperature", out _), Is.True, response.GetRawText());
    }

    [Test]
    public async Task CallTool_ReturnsAnImage_IsDescribedAsText()
    {
        var response = await ApproveAndRunAsync(new { command = "call_tool", args = new { tool = "get-tiny-image", server = "small" } });

        Assert.That(response.GetProperty("data").Text("content"), Does.Contain("[Image not shown: image/png]"));
    }

    [Test]
    public async Task CallTool_ServerRunByTheApp_DoesNotGetTheAppsEnvironment()
    {
        Environment.SetEnvironmentVariable("CHATAPP_CANARY", "do not tell");
        try
        {
            var response = await ApproveAndRunAsync(new { command = "call_tool", args = new { server = "everything", tool = "get-env" } });
            var environment = JsonElement.Parse(response.GetProperty("data").Text("content"));
            Assert.That(environment.Text("GIVEN"), Is.EqualTo("this"));
            Assert.That(environment.EnumerateObject().Select(v => v.Name), Does.Contain("PATH").And.Not.Contain("CHATAPP_CANARY"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("CHATAPP_CANARY", null);
        }
    }

    [Test]
    public async Task CallTool_RejectedArguments_IsNotSuccessful()
    {
        var response = await RunAsync(new { command = "call_tool", args = new { server = "everything", tool = "get-sum", arguments = new { a = "many" } } });

        Assert.That(response.GetProperty("success").GetBoolean(), Is.False);
        Assert.That(response.Text("message"), Does.Contain("expected number"));
    }

    [Test]
    public async Task CallTool_UnreachableServer_IsNotSuccessful()
    {
        var response = await RunAsync(new { command = "call_tool", args = new { server = "broken", tool = "any" } });

        Assert.That((response.GetProperty("success").GetBoolean(), response.Text("message"), response.GetProperty("data").ValueKind),
            Is.EqualTo((false, "Not reached: broken.", JsonValueKind.Null)));
    }

    [TestCase("""{}""", "command")]
    [TestCase("""{"command": "drop_table"}""", "command")]
    [TestCase("""{"command": "call_tool"}""", "args.tool")]
    [TestCase("""{"command": "call_tool", "args": {"tool": " "}}""", "args.tool")]
    [TestCase("""{"command": "call_tool", "args": {"server": "everything", "tool": "no-such-tool"}}""", "args.tool")]
    [TestCase("""{"command": "call_tool", "args": {"server": "small", "tool": "get-sum"}}""", "args.tool")]
    [TestCase("""{"command": "call_tool", "args": {"server": "nobody", "tool": "echo"}}""", "args.server")]
    [TestCase("""{"command": "list_tools", "args": {"server": "nobody"}}""", "args.server")]
    [TestCase("""{"command": "call_tool", "args": {"tool": "echo", "arguments": [1]}}""", "args.arguments")]
    [TestCase("""{"command": "call_tool", "args": {"tool": "echo"}}""", "args.server")]
    [TestCase("""{"command": "list_servers", "session_id": " "}""", "session_id")]
    public async Task Run_InvalidCommand_IsAValidationProblem(string body, string field)
    {
        var problem = await _user.Client.ProblemAsync(HttpMethod.Post, "/api/mcp-command", Api.Raw(body), HttpStatusCode.BadRequest);

        Assert.That(problem.Fields(), Is.EqualTo(new[] { field }));
    }

    [Test]
    public async Task Run_UnknownSession_CreatesIt()
    {
        var user = await App.RegisterAsync();
        await user.Client.SendJsonAsync(HttpMethod.Post, "/api/mcp-command", new { command = "list_servers", session_id = "tools" });
        await user.Client.SendJsonAsync(HttpMethod.Post, "/api/mcp-command", new { command = "list_servers" });

        var sessions = await App.WithDb(db => db.Sessions.AsNoTracking().Where(s => s.UserId == user.Id).Select(s => s.ThreadId).ToListAsync());
        Assert.That(sessions, Is.EqualTo(new[] { "tools" }));
    }

    private async Task<JsonElement> ApproveAndRunAsync(object command)
    {
        var refused = await _user.Client.ProblemAsync(HttpMethod.Post, "/api/mcp-command", command, HttpStatusCode.Conflict);
        await _user.Client.SendJsonAsync(HttpMethod.Post, $"/api/mcp-approvals/{refused.Text("approval_id")}", new { decision = "once" });
        return await RunAsync(command);
    }

    private Task<JsonElement> RunAsync(object command) => _user.Client.SendJsonAsync(HttpMethod.Post, "/api/mcp-command", command);
}
