using System.Text.Json;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Integration.Tools;

/// <summary>A chat with MCP servers, some of which are slow, silent or gone.</summary>
internal sealed class McpInAChatTests
{
    [Test]
    public async Task Chat_OneServerWorksAndOthersHangOrAreGone_RepliesWithItsTools()
    {
        var model = new GatedModel();
        await using var app = await TestApp.StartAsync(
            new(
            [
                .. ReferenceMcpServer.Silent("silent"),
                new("Mcp:Servers:silent:ConnectTimeout", "00:00:01"),
                .. ReferenceMcpServer.Command("gone", "exit 1"),
                new("Mcp:Servers:missing:Url", "http://127.0.0.1:9/mcp"),
                .. ReferenceMcpServer.Command("everything", $"exec node '{ReferenceMcpServer.Script}' stdio"),
            ]),
            adjust: b => model.AddTo(b.Services));
        var user = await app.RegisterAsync();
        await user.Client.SendJsonAsync(HttpMethod.Post, "/api/mcp-command", new { command = "list_tools", args = new { server = "everything" } }); // however long it takes
        var script = model.Script("What is 40 and 2?", ModelScript.Call(("everything_get-sum", new { a = 40, b = 2 })), ModelScript.Say("It is 42."));

        var response = await user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "What is 40 and 2?" });

        Assert.That(response.Text("response"), Is.EqualTo("It is 42."));
        Assert.That(script.LastResults, Is.EqualTo(new[] { "The sum of 40 and 2 is 42." }));
        Assert.That(script.Asked[0].Options!.Tools!.Select(t => t.Name.Split('_')[0]).Where(s => s is not ("web" or "ifixit")).Distinct(), Is.EqualTo(new[] { "everything" }));
    }

    [Test]
    public async Task State_WhileAServerConnects_IsSentToSubscribers()
    {
        var gate = Path.Combine(Path.GetTempPath(), $"chatapp-gate-{Guid.CreateVersion7()}");
        await using var app = await TestApp.StartAsync(
            ReferenceMcpServer.Command("slow", $"until test -f '{gate}'; do sleep 0.05; done; exec node '{ReferenceMcpServer.Script}' stdio"));
        var user = await app.RegisterAsync();
        using var watch = await EventStream.GetAsync(user.Client, "/api/chat/stream?session_id=tools");
        Assert.That((await watch.NextAsync())!.Data.GetProperty("is_connecting_mcp").GetBoolean(), Is.False);

        var listing = user.Client.SendJsonAsync(HttpMethod.Post, "/api/mcp-command", new { command = "list_tools" });

        await UntilAsync(watch, isConnecting: true);
        Assert.That((await user.Client.GetJsonAsync("/api/state?session_id=tools")).GetProperty("is_connecting_mcp").GetBoolean(), Is.True);
        await File.WriteAllTextAsync(gate, "go on");
        Assert.That((await listing).GetProperty("data").Items("tools"), Is.Not.Empty);
        await UntilAsync(watch, isConnecting: false);
        File.Delete(gate);
    }

    private static async Task UntilAsync(EventStream watch, bool isConnecting)
    {
        JsonElement state;
        do
        {
            state = (await watch.NextAsync())!.Data;
        }
        while (!state.TryGetProperty("is_connecting_mcp", out var connecting) || connecting.GetBoolean() != isConnecting);
    }
}
