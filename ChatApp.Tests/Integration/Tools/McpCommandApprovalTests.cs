using System.Net;
using System.Text.Json;
using ChatApp.Data.Accounts;
using ChatApp.Domain.ToolCommands;
using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Integration.Tools;

/// <summary>POST /api/mcp-command with a tool that changes something: it counts its calls.</summary>
internal sealed class McpCommandApprovalTests : ChatFixture
{
    private readonly TestClock _clock = new();

    protected override Dictionary<string, string> Settings => new()
    {
        ["Mcp:Servers:writer:Command"] = "node",
        ["Mcp:Servers:writer:Args:0"] = Repository.PathOf("ChatApp.Tests", "Support", "misbehaving-mcp-server.mjs"),
    };

    protected override void Adjust(WebApplicationBuilder builder)
    {
        base.Adjust(builder);
        builder.Services.AddSingleton<TimeProvider>(_clock);
    }

    [Test]
    public async Task CallTool_NotApproved_IsRefusedUntilApprovedAndRunsOnce()
    {
        var user = await App.RegisterAsync();
        var before = await CountAsync(user);

        var first = await RefusedAsync(user);
        var again = await RefusedAsync(user);

        Assert.That(first.Text("detail"), Is.EqualTo("This tool requires your approval. Approve the call, then send it again."));
        Assert.That(first.GetProperty("expires_at").GetDateTimeOffset(), Is.EqualTo(_clock.GetUtcNow() + CommandApproval.Lifetime).Within(TimeSpan.FromMinutes(1)));
        Assert.That(again.Text("approval_id"), Is.EqualTo(first.Text("approval_id")), "the same call waits once");
        await DecideAsync(user, first.Text("approval_id"), "once");
        Assert.That(await RunAsync(user), Is.EqualTo($"{before + 1}"), "it has not run before");
        Assert.That((await RefusedAsync(user)).Text("approval_id"), Is.Not.EqualTo(first.Text("approval_id")), "an approval is for one call");
    }

    [Test]
    public async Task CallTool_ApprovedAndSentTenTimesAtOnce_RunsOnce()
    {
        var user = await App.RegisterAsync();
        await DecideAsync(user, (await RefusedAsync(user)).Text("approval_id"), "once");

        var statuses = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ => (await user.Client.SendAsync(HttpMethod.Post, "/api/mcp-command", Call())).StatusCode));

        Assert.That(statuses.Count(s => s == HttpStatusCode.OK), Is.EqualTo(1));
        Assert.That(statuses.Count(s => s == HttpStatusCode.Conflict), Is.EqualTo(9));
    }

    [Test]
    public async Task CallTool_OtherArgumentsThanApproved_IsRefused()
    {
        var user = await App.RegisterAsync();
        await DecideAsync(user, (await RefusedAsync(user, new { path = "a" })).Text("approval_id"), "once");

        await RefusedAsync(user, new { path = "b" });

        await RunAsync(user, new { path = "a" });
    }

    [Test]
    public async Task Decide_Deny_DoesNotRunAndAsksAgain()
    {
        var user = await App.RegisterAsync();
        var denied = (await RefusedAsync(user)).Text("approval_id");

        await DecideAsync(user, denied, "deny");

        Assert.That((await RefusedAsync(user)).Text("approval_id"), Is.Not.EqualTo(denied));
        await user.Client.ProblemAsync(HttpMethod.Post, $"/api/mcp-approvals/{denied}", new { decision = "once" }, HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Decide_OfSomebodyElseUnknownOrDecided_IsTheSame404()
    {
        var (user, other) = (await App.RegisterAsync(), await App.RegisterAsync());
        var id = (await RefusedAsync(user)).Text("approval_id");
        var path = $"/api/mcp-approvals/{id}";

        var foreign = await other.Client.ProblemAsync(HttpMethod.Post, path, new { decision = "once" }, HttpStatusCode.NotFound);
        var unknown = await other.Client.ProblemAsync(HttpMethod.Post, $"/api/mcp-approvals/{Guid.CreateVersion7()}", new { decision = "once" }, HttpStatusCode.NotFound);
        await RefusedAsync(user);
        await DecideAsync(user, id, "once");
        var decided = await user.Client.ProblemAsync(HttpMethod.Post, path, new { decision = "deny" }, HttpStatusCode.NotFound);

        Assert.That(foreign.WithoutTraceId(), Is.EqualTo(unknown.WithoutTraceId()));
        Assert.That(decided.WithoutTraceId(), Is.EqualTo(unknown.WithoutTraceId()));
    }

    [Test]
    public async Task Approval_TooOld_ExpiresWaitingOrGiven()
    {
        var user = await App.RegisterAsync();
        var approved = (await RefusedAsync(user, new { a = 1 })).Text("approval_id");
        var waiting = (await RefusedAsync(user, new { a = 2 })).Text("approval_id");
        await DecideAsync(user, approved, "once");

        _clock.Advance(CommandApproval.Lifetime);

        user = await App.LogInAsync(user.Name, TestUser.Password);
        Assert.That((await RefusedAsync(user, new { a = 1 })).Text("approval_id"), Is.Not.EqualTo(approved));
        await user.Client.ProblemAsync(HttpMethod.Post, $"/api/mcp-approvals/{waiting}", new { decision = "once" }, HttpStatusCode.NotFound);
        Assert.That(await App.WithDb(db => db.CommandApprovals.CountAsync(a => a.UserId == user.Id)), Is.EqualTo(1), "expired ones are deleted");
    }

    [Test]
    public async Task CallTool_ManyWait_IsRefusedWithoutAnother()
    {
        var user = await App.RegisterAsync();
        foreach (var i in Enumerable.Range(0, CommandApproval.MaxPerUser))
        {
            await RefusedAsync(user, new { i });
        }

        var problem = await user.Client.ProblemAsync(HttpMethod.Post, "/api/mcp-command", Call(new { i = -1 }), HttpStatusCode.Conflict);

        Assert.That(problem.Text("detail"), Does.StartWith("Too many tool calls wait"));
    }

    [Test]
    public async Task CallTool_ApprovedDeniedAndCalled_AreInTheSecurityLog()
    {
        var user = await App.RegisterAsync();
        await DecideAsync(user, (await RefusedAsync(user)).Text("approval_id"), "deny");
        await DecideAsync(user, (await RefusedAsync(user)).Text("approval_id"), "once");
        await RunAsync(user, tool: "echo", arguments: new { message = "read-only" });

        await RunAsync(user);

        var entries = await App.WithDb(db => db.SecurityEvents.AsNoTracking().Where(e => e.SubjectId == user.Id && e.Kind.StartsWith("tool_")).OrderBy(e => e.Id).ToListAsync());
        Assert.That(entries.Select(e => (e.Kind, e.ActorId, e.Detail)), Is.EqualTo(new (string, Guid?, string?)[]
        {
            ("tool_denied", user.Id, "writer_count, called by a command"), ("tool_approved", user.Id, "writer_count, called by a command"), ("tool_called", user.Id, "writer_count"),
        }));
    }

    [TestCase("read,chat,export", "call_tool", false)]
    [TestCase("read,chat,export", "list_tools", true)]
    [TestCase("tools", "call_tool", true)]
    [TestCase("tools", "list_tools", true)]
    [TestCase("read", "list_tools", false)]
    public async Task Run_ByApiKey_NeedsItsScope(string scopes, string command, bool isAllowed)
    {
        var user = await App.RegisterAsync();
        using var client = await KeyAsync(user, scopes);

        using var response = await client.SendAsync(HttpMethod.Post, "/api/mcp-command", new { command, args = new { tool = "echo", arguments = new { message = "hello" } } });

        Assert.That(response.StatusCode, Is.EqualTo(isAllowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task Run_ByApiKeyWithoutChat_CreatesNoSession()
    {
        var user = await App.RegisterAsync();
        using var client = await KeyAsync(user, "read,tools");

        using var response = await client.SendAsync(HttpMethod.Post, "/api/mcp-command", new { command = "list_servers", session_id = "new" });

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await App.WithDb(db => db.Sessions.AnyAsync(s => s.UserId == user.Id)), Is.False);
    }

    [Test]
    public async Task Decide_ByApiKeyWithoutTools_IsForbidden()
    {
        var user = await App.RegisterAsync();
        using var client = await KeyAsync(user, "read,chat,export");
        var id = (await RefusedAsync(user)).Text("approval_id");

        using var response = await client.SendAsync(HttpMethod.Post, $"/api/mcp-approvals/{id}", new { decision = "once" });

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task Key_StoredByThePreviousVersionWithAllScopes_DoesNotGetTools()
    {
        var user = await App.RegisterAsync();
        using var client = await KeyAsync(user, "read,chat,export");

        var stored = await App.WithDb(db => db.Database.SqlQuery<string>($"SELECT scopes AS \"Value\" FROM access_tokens WHERE user_id = {user.Id} AND kind = 'apikey'").SingleAsync());
        var read = await App.WithDb(db => db.AccessTokens.Where(t => t.UserId == user.Id && t.Name != null).Select(t => t.Scopes).SingleAsync());

        Assert.That((stored, read), Is.EqualTo(("all", ApiScope.Read | ApiScope.Chat | ApiScope.Export)));
    }

    private static object Call(object? arguments = null, string tool = "count") => new { command = "call_tool", args = new { server = "writer", tool, arguments } };

    private static Task<JsonElement> RefusedAsync(TestUser user, object? arguments = null) =>
        user.Client.ProblemAsync(HttpMethod.Post, "/api/mcp-command", Call(arguments), HttpStatusCode.Conflict);

    private static Task<JsonElement> DecideAsync(TestUser user, string id, string decision) => user.Client.SendJsonAsync(HttpMethod.Post, $"/api/mcp-approvals/{id}", new { decision });

    private static async Task<string> RunAsync(TestUser user, object? arguments = null, string tool = "count") =>
        (await user.Client.SendJsonAsync(HttpMethod.Post, "/api/mcp-command", Call(arguments, tool))).GetProperty("data").Text("content");

    // How often the tool has run.
    private static async Task<int> CountAsync(TestUser user)
    {
        var arguments = new { first = true };
        await DecideAsync(user, (await RefusedAsync(user, arguments)).Text("approval_id"), "once");
        return int.Parse(await RunAsync(user, arguments), System.Globalization.CultureInfo.InvariantCulture);
    }

    private async Task<HttpClient> KeyAsync(TestUser user, string scopes) => App.WithToken(
        (await user.Client.SendJsonAsync(HttpMethod.Post, "/users/me/api-keys", new { name = "k", scopes = scopes.Split(',') }, HttpStatusCode.Created)).Text("secret"));
}
