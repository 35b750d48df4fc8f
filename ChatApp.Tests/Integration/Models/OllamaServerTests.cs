using ChatApp.Tests.Support;
using ChatApp.Web.Integrations.Models;
using ChatApp.Web.Integrations.OpenAi;

namespace ChatApp.Tests.Integration.Models;

/// <summary>The models of an Ollama server.</summary>
internal sealed class OllamaServerTests
{
    private ScriptedOllamaServer _server = null!;
    private OllamaServer _connection = null!;
    private TestClock _clock = null!;

    [SetUp]
    public async Task StartAsync()
    {
        (_server, _clock) = (await ScriptedOllamaServer.StartAsync(), new TestClock());
        _connection = new OllamaServer(new(ServerKind.Ollama, "ollama", _server.Endpoint), _clock);
    }

    [TearDown]
    public async Task StopAsync()
    {
        _connection.Dispose();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task Refresh_Models_AreChatModelsWithTheirContextWindow()
    {
        _server.Installed =
        [
            new("loaded:latest", "num_ctx 2048", Loaded: 32_768), new("told:7b", "stop \"x\"\nnum_ctx                        16384"), new("plain:latest") { Can = ["completion"] },
            new("nomic-embed:latest") { Can = ["embedding"] }, new("old:latest") { Can = null },
        ];

        var list = await _connection.RefreshAsync();

        Assert.That(list.Models.Select(m => (m.Id, m.ContextWindow, m.SupportsTools)), Is.EqualTo(new (string, int?, bool?)[]
        {
            ("loaded:latest", 32_768, true), ("told:7b", 16_384, true), ("plain:latest", 4096, false), ("old:latest", 4096, null),
        }));
    }

    [Test]
    public async Task Refresh_Again_ReadsEachModelsDetailsOnce()
    {
        await _connection.RefreshAsync();
        _clock.Advance(TimeSpan.FromMinutes(2));
        _server.Installed = [new("llama3.2:latest"), new("new:latest")];
        var list = await _connection.RefreshAsync();

        Assert.That(list.Models, Has.Count.EqualTo(2));
        Assert.That(_server.ShowRequests, Is.EqualTo(2));
    }

    [Test]
    public async Task Get_NameWithoutTag_IsTheLatest()
    {
        await _connection.RefreshAsync();

        Assert.That(_connection.Has("llama3.2"), Is.True);
        Assert.That(_connection.Get("llama3.2", "llama3.2").ContextWindow, Is.EqualTo(4096));
        Assert.That(_connection.Has("llama3"), Is.False);
    }

    [Test]
    public async Task Get_ModelWithoutTools_DoesNotSupportThem()
    {
        _server.Installed = [new("plain:latest") { Can = ["completion"] }, new("able:latest")];
        await _connection.RefreshAsync();

        Assert.That((_connection.Get("plain", "x").SupportsTools, _connection.Get("able", "x").SupportsTools), Is.EqualTo((false, true)));
    }

    [Test]
    public async Task Refresh_ServerGone_KeepsTheModelsAndHasAProblem()
    {
        await _connection.RefreshAsync();
        await _server.DisposeAsync();
        _clock.Advance(TimeSpan.FromMinutes(2));

        var list = await _connection.RefreshAsync();

        Assert.That(list.Models.Select(m => m.Id), Is.EqualTo(new[] { "llama3.2:latest" }));
        Assert.That(list.Problem?.Message, Does.Contain("could not be reached"));
    }
}
