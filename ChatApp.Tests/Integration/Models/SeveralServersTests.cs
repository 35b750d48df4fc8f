using System.Net;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Integration.Models;

/// <summary>An app with servers of every kind, one of which is away.</summary>
internal sealed class SeveralServersTests
{
    private const string Key = "sk-a-very-secret-key";

    private ScriptedOpenAiServer _openAi = null!;
    private ScriptedAnthropicServer _anthropic = null!;
    private ScriptedOllamaServer _ollama = null!;
    private ScriptedOpenAiServer _box = null!;
    private TestApp _app = null!;
    private TestUser _user = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        (_openAi, _anthropic, _ollama, _box) = (
            await ScriptedOpenAiServer.StartAsync(), await ScriptedAnthropicServer.StartAsync(), await ScriptedOllamaServer.StartAsync(), await ScriptedOpenAiServer.StartAsync());
        _openAi.Models = ["scripted-model", "shared", "another-embedding"];
        _box.Models = ["shared", "vendor/own", "not-offered"];
        var gone = await ScriptedOpenAiServer.StartAsync();
        var goneEndpoint = gone.Endpoint;
        await gone.DisposeAsync();
        _app = await TestApp.StartAsync(new()
        {
            ["OPENAI_BASE_URL"] = _openAi.Endpoint.ToString(),
            ["OPENAI_API_KEY"] = Key,
            ["ANTHROPIC_API_KEY"] = Key,
            ["ANTHROPIC_BASE_URL"] = _anthropic.Endpoint.ToString(),
            ["OLLAMA_HOST"] = _ollama.Endpoint.Authority,
            ["Models:Servers:0:Name"] = "box",
            ["Models:Servers:0:BaseUrl"] = _box.Endpoint.ToString(),
            ["Models:Servers:0:ApiKey"] = Key,
            ["Models:Servers:0:Models"] = "shared,vendor/own,missing",
            ["Models:Servers:0:ContextWindow"] = "7000",
            ["Models:Servers:1:Name"] = "gone",
            ["Models:Servers:1:BaseUrl"] = goneEndpoint.ToString(),
        });
        _user = await _app.RegisterAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _app.DisposeAsync();
        foreach (var server in new ScriptedModelServer[] { _openAi, _anthropic, _ollama, _box })
        {
            await server.DisposeAsync();
        }
    }

    [Test]
    public async Task List_Models_AreThoseOfEachServerWithTheirState()
    {
        var list = await _user.Client.GetJsonAsync("/models");

        var models = list.Items("models").Select(m => (
            m.Text("id"), m.Text("name"), m.Text("provider"), m.Number("context_window"), m.GetProperty("is_default").GetBoolean(), m.Text("state"))).ToList();
        Assert.That(models, Is.EqualTo(new[]
        {
            ("scripted-model", "scripted-model", "openai-compatible", 32_000, true, "available"),
            ("shared", "shared", "openai-compatible", 32_000, false, "available"),
            ("claude-haiku-5-5", "claude-haiku-5-5", "anthropic", 200_000, false, "unavailable"),
            ("claude-scripted-1", "Claude Scripted 1", "anthropic", 200_000, false, "available"),
            ("llama3.2:latest", "llama3.2:latest", "ollama", 4096, false, "available"),
            ("box/shared", "shared", "box", 7000, false, "available"),
            ("vendor/own", "vendor/own", "box", 7000, false, "available"),
            ("missing", "missing", "box", 7000, false, "unavailable"),
            ("gone/default", "First model of gone", "gone", 32_000, false, "unavailable"),
            ("built-in", "Built-in assistant", "built-in", 32_000, false, "available"),
        }));
        Assert.That(list.Number("count"), Is.EqualTo(models.Count));
        var problems = list.Items("models").ToDictionary(m => m.Text("id"), m => m.GetProperty("reason").GetString());
        Assert.That(problems["gone/default"], Does.Contain("could not be reached"));
        Assert.That(problems["missing"], Does.Contain("does not have this model"));
        Assert.That(problems["shared"], Is.Null);
        Assert.That(list.GetRawText(), Does.Not.Contain(Key));
        Assert.That(list.Items("models").Where(m => !m.GetProperty("supports_tools").GetBoolean()).Select(m => m.Text("id")), Is.EqualTo(new[] { "built-in" }));
    }

    [Test]
    public async Task List_Anonymous_Is401()
    {
        using var client = _app.Anonymous();

        await client.ProblemAsync(HttpMethod.Get, "/models", null, HttpStatusCode.Unauthorized);
    }

    [TestCase(null, "openai-compatible", "scripted-model", "scripted-model")]
    [TestCase("shared", "openai-compatible", "shared", "shared")]
    [TestCase("openai-compatible/shared", "openai-compatible", "openai-compatible/shared", "shared")]
    [TestCase("claude-scripted-1", "anthropic", "claude-scripted-1", "claude-scripted-1")]
    [TestCase("anthropic/claude-scripted-1", "anthropic", "anthropic/claude-scripted-1", "claude-scripted-1")]
    [TestCase("llama3.2", "ollama", "llama3.2", "llama3.2")]
    [TestCase("ollama/default", "ollama", "llama3.2:latest", "llama3.2:latest")]
    [TestCase("box/shared", "box", "box/shared", "shared")]
    [TestCase("vendor/own", "box", "vendor/own", "vendor/own")]
    public async Task Chat_ModelName_ReachesItsServerAndIsRecordedForIt(string? name, string provider, string booked, string asked)
    {
        await _user.Client.GetJsonAsync("/models"); // refreshes the lists
        var server = provider switch
        {
            "anthropic" => _anthropic,
            "ollama" => _ollama,
            "box" => _box,
            _ => (ScriptedModelServer)_openAi,
        };
        var before = server.Requests.Count;
        var user = await _app.RegisterAsync();

        var reply = await user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "Hello", model = name });

        Assert.That(reply.Text("response"), Is.EqualTo("A scripted reply."));
        Assert.That(server.Requests.Skip(before).Single().Json.GetProperty("model").GetString(), Is.EqualTo(asked));
        var record = await _app.WithDb(db => db.UsageRecords.AsNoTracking().SingleAsync(r => r.UserId == user.Id));
        Assert.That((record.Provider, record.Model, record.Estimated), Is.EqualTo((provider, booked, false)));
    }

    [TestCase("some-name")]
    [TestCase("claude-of-tomorrow")]
    [TestCase("box/anything")]
    [TestCase("box/not-offered")]
    [TestCase("gone/anything")]
    public async Task Chat_ModelThatIsNotOffered_Is400AndNoServerSeesIt(string name)
    {
        await _user.Client.GetJsonAsync("/models");
        ScriptedModelServer[] servers = [_openAi, _anthropic, _ollama, _box];
        var before = servers.Sum(s => s.Requests.Count);

        await _user.Client.ProblemAsync(HttpMethod.Post, "/chat", new { message = "Hello", model = name }, HttpStatusCode.BadRequest);

        Assert.That(servers.Sum(s => s.Requests.Count), Is.EqualTo(before));
    }

    [Test]
    public async Task Chat_ServerIsAway_FailsAndAnotherModelRepliesInTheSameSession()
    {
        var user = await _app.RegisterAsync();

        var problem = await user.Client.ProblemAsync(HttpMethod.Post, "/chat", new { message = "Hello", model = "gone/default" }, HttpStatusCode.ServiceUnavailable);
        var reply = await user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "Hello again", model = "vendor/own" });

        Assert.That(problem.Text("detail"), Does.Contain("could not be reached"));
        Assert.That(reply.Text("response"), Is.EqualTo("A scripted reply."));
        Assert.That((await user.Client.GetJsonAsync("/chat/history")).Number("message_count"), Is.EqualTo(4));
    }
}
