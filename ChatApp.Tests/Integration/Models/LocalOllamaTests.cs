using System.Net;
using ChatApp.Domain.Errors;
using ChatApp.Tests.Support;
using ChatApp.Web.Integrations.BuiltIn;
using ChatApp.Web.Integrations.Models;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ChatApp.Tests.Integration.Models;

/// <summary>A local Ollama is found automatically, and nothing waits for it.</summary>
internal sealed class LocalOllamaTests
{
    private ScriptedOllamaServer _ollama = null!;
    private TestClock _clock = null!;

    [SetUp]
    public async Task StartAsync() => (_ollama, _clock) = (await ScriptedOllamaServer.StartAsync(), new TestClock());

    [TearDown]
    public async Task StopAsync() => await _ollama.DisposeAsync();

    [Test]
    public async Task Get_OllamaComesAndGoes_IsUsedWhileItRuns()
    {
        using var catalog = Catalog();
        Assert.That(catalog.Get(null).Name, Is.EqualTo("built-in"), "nothing has looked for one");

        await LookAsync(catalog);
        Assert.That((catalog.Get(null).Name, catalog.Get(null).Provider), Is.EqualTo(("llama3.2:latest", "ollama")));

        _ollama.IsAway = true;
        await LookAsync(catalog);
        Assert.That(catalog.Get(null).Name, Is.EqualTo("built-in"));
        Assert.That(catalog.Get("llama3.2").Provider, Is.EqualTo("ollama"), "its sessions do not silently switch to another provider");
        var info = (await catalog.ListAsync(CancellationToken.None)).Select(m => (m.Id, m.IsDefault, m.Problem is null));
        Assert.That(info, Is.EqualTo(new[] { ("llama3.2:latest", false, false), ("built-in", true, true) }));

        _ollama.IsAway = false;
        await LookAsync(catalog);
        Assert.That(catalog.Get(null).Name, Is.EqualTo("llama3.2:latest"));
    }

    [Test]
    public async Task Get_OllamaWithoutModels_IsTheBuiltInAssistant()
    {
        _ollama.Installed = [];
        using var catalog = Catalog();

        await LookAsync(catalog);

        Assert.That(catalog.Get(null).Name, Is.EqualTo("built-in"));
        Assert.That(() => catalog.Get("llama3.2"), Throws.TypeOf<InvalidException>());
        Assert.That((await catalog.ListAsync(CancellationToken.None)).Select(m => m.Id), Is.EqualTo(new[] { "built-in" }));
    }

    [Test]
    public async Task App_NothingConfigured_FindsAnOllamaStartedLater()
    {
        _ollama.IsAway = true;
        await using var app = await TestApp.StartAsync(adjust: builder => builder.Services
            .AddSingleton(s => new ModelCatalog(Settings(), s.GetRequiredService<BuiltInClient>(), _clock))
            .AddSingleton<IHostedService>(s => new ModelWatcher(s.GetRequiredService<ModelCatalog>(), new HurriedClock())));
        var user = await app.RegisterAsync();
        var first = await user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "Hello" });

        _ollama.IsAway = false;
        var models = app.Services.GetRequiredService<ModelCatalog>();
        await Eventually.TrueAsync(() =>
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            return Task.FromResult(models.Get(null).Provider == "ollama");
        }, "the Ollama is found");
        var second = await user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "Hello" });

        Assert.That((first.Text("response"), second.Text("response")), Is.EqualTo((first.Text("response"), "A scripted reply.")));
        Assert.That(first.Text("response"), Does.Contain("built-in assistant"));
    }

    [Test]
    public async Task App_ServerHangs_StartsWithoutWaitingAndListsKnownModels()
    {
        await using var hanging = await ScriptedOpenAiServer.StartAsync();
        hanging.ListAfter = new TaskCompletionSource().Task;
        var settings = ModelSettings.From(new ConfigurationBuilder().AddInMemoryCollection([
            KeyValuePair.Create("OPENAI_BASE_URL", (string?)hanging.Endpoint.ToString()), KeyValuePair.Create("Chat:Model", (string?)"mine")]).Build());
        await using var app = await TestApp.StartAsync(adjust: builder => builder.Services
            .AddSingleton(s => new ModelCatalog(settings, s.GetRequiredService<BuiltInClient>(), new HurriedClock())));
        var user = await app.RegisterAsync();

        var models = (await user.Client.GetJsonAsync("/models")).Items("models");

        Assert.That(models.Select(m => (m.Text("id"), m.Text("state"))), Is.EqualTo(new[] { ("mine", "unavailable"), ("built-in", "available") }));
        Assert.That(models[0].Text("reason"), Is.EqualTo("The model server did not respond in time."));
        using var reply = await user.Client.SendAsync(HttpMethod.Post, "/chat", new { message = "Hello" });
        Assert.That(reply.StatusCode, Is.EqualTo(HttpStatusCode.OK), "a hanging list does not make the model unavailable");
    }

    private async Task LookAsync(ModelCatalog catalog)
    {
        _clock.Advance(TimeSpan.FromMinutes(2));
        await catalog.RefreshAsync();
    }

    private ModelCatalog Catalog() => new(Settings(), new BuiltInClient(null!, TimeProvider.System), _clock);

    private ModelSettings Settings() =>
        ModelSettings.From(new ConfigurationBuilder().Build()) with { Local = new(ServerKind.Ollama, "ollama", _ollama.Endpoint) };
}
