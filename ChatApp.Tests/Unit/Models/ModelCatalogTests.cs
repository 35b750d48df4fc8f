using ChatApp.Domain.Errors;
using ChatApp.Tests.Support;
using ChatApp.Web.Integrations;
using ChatApp.Web.Integrations.BuiltIn;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;

namespace ChatApp.Tests.Unit.Models;

internal sealed class ModelCatalogTests
{
    [TestCase(null, null, null, null, "")]
    [TestCase("sk-1", null, null, "https://api.openai.com/v1", "openai")]
    [TestCase("sk-1", "https://api.openai.com/v1/", null, "https://api.openai.com/v1", "openai")]
    [TestCase("sk-1", "http://localhost:8080/v1", null, "http://localhost:8080/v1", "openai-compatible")]
    [TestCase(null, "http://localhost:8080/v1/", null, "http://localhost:8080/v1", "openai-compatible")]
    [TestCase("  ", "", "localhost", "http://localhost:11434/v1", "ollama")]
    [TestCase(null, null, "0.0.0.0", "http://127.0.0.1:11434/v1", "ollama")]
    [TestCase(null, null, ":8000", "http://127.0.0.1:8000/v1", "ollama")]
    [TestCase(null, null, "10.0.0.5:80", "http://10.0.0.5/v1", "ollama")]
    [TestCase(null, null, "[::1]:11435", "http://[::1]:11435/v1", "ollama")]
    [TestCase(null, null, "https://ollama.example.com/", "https://ollama.example.com/v1", "ollama")]
    [TestCase("sk-1", null, "localhost", "https://api.openai.com/v1", "openai")]
    public void Settings_Configuration_NameTheServer(string? key, string? address, string? ollama, string? endpoint, string provider)
    {
        var settings = Settings(("OPENAI_API_KEY", key), ("OPENAI_BASE_URL", address), ("OLLAMA_HOST", ollama));

        Assert.That((settings.Endpoint?.ToString().TrimEnd('/'), settings.Provider), Is.EqualTo((endpoint, provider)));
    }

    [TestCase("OPENAI_BASE_URL", "localhost:8081")]
    [TestCase("OPENAI_BASE_URL", "ftp://localhost/v1")]
    [TestCase("OPENAI_BASE_URL", "https://user:secret@example.com/v1")]
    [TestCase("OLLAMA_HOST", "http:// :80")]
    [TestCase("OPENAI_API_KEY", "sk-1\nsk-2")]
    [TestCase("Chat:Model", "a\u0001b")]
    [TestCase("Chat:ContextWindow", "many")]
    public void Settings_Nonsense_NamesTheSettingAndKeepsItsValueToItself(string name, string value) =>
        Assert.That(() => Settings((name, value)), Throws.InvalidOperationException.With.Message.Contains(name).And.Message.Not.Contains(value));

    [TestCase(null)]
    [TestCase("built-in")]
    [TestCase("default")]
    public void Get_NothingConfigured_IsTheBuiltInAssistant(string? name)
    {
        using var catalog = Catalog(("Chat:Model", "gpt-4o"));

        var model = catalog.Get(name);

        Assert.That((model.Name, model.Provider, model.Client is BuiltInClient), Is.EqualTo(("built-in", "built-in", true)));
    }

    [Test]
    public void Get_UnknownNameAndNothingConfigured_IsInvalid()
    {
        using var catalog = Catalog();

        Assert.That(() => catalog.Get("gpt-4o"), Throws.TypeOf<InvalidException>().With.Property(nameof(InvalidException.Field)).EqualTo("model"));
    }

    [TestCase("")]
    [TestCase("  ")]
    [TestCase("a\0b")]
    [TestCase("a\nb")]
    public void Get_ImpossibleName_IsInvalid(string name)
    {
        using var catalog = Catalog(("OPENAI_API_KEY", "sk-1"));

        Assert.That(() => catalog.Get(name), Throws.TypeOf<InvalidException>());
    }

    [Test]
    public void Get_NameOf129Characters_IsInvalidAnd128IsPassedOn()
    {
        using var catalog = Catalog(("OPENAI_API_KEY", "sk-1"));

        Assert.That(() => catalog.Get(new string('m', 129)), Throws.TypeOf<InvalidException>());
        Assert.That(catalog.Get(new string('m', 128)).Name, Has.Length.EqualTo(128));
    }

    [TestCase(null, "gpt-4o-mini", "openai", 128_000)]
    [TestCase("gpt-4.1", "gpt-4.1", "openai", 1_000_000)]
    [TestCase("something-new", "something-new", "openai", 32_000)]
    [TestCase("built-in", "built-in", "built-in", 32_000)]
    public void Get_WithOpenAiKey_IsOpenAisModelOrTheNamedOne(string? name, string expected, string provider, int window)
    {
        using var catalog = Catalog(("OPENAI_API_KEY", "sk-1"));

        var model = catalog.Get(name);

        Assert.That((model.Name, model.Provider, model.ContextWindow), Is.EqualTo((expected, provider, window)));
    }

    [Test]
    public void Get_ModelAndWindowConfigured_AreUsed()
    {
        using var catalog = Catalog(("OLLAMA_HOST", "localhost"), ("Chat:Model", "llama3.2"), ("Chat:ContextWindow", "8000"));

        Assert.That((catalog.Get(null).Name, catalog.Get(null).ContextWindow), Is.EqualTo(("llama3.2", 8000)));
    }

    [Test]
    public void Get_BuiltInIsTheConfiguredModel_IsIt()
    {
        using var catalog = Catalog(("OPENAI_API_KEY", "sk-1"), ("Chat:Model", "built-in"));

        Assert.That(catalog.Get(null).Provider, Is.EqualTo("built-in"));
    }

    [Test]
    public async Task Get_ServerWithoutConfiguredModel_IsItsFirstModelOnceThatIsKnown()
    {
        await using var server = await ScriptedOpenAiServer.StartAsync();
        server.Models = ["", "the-first", "the-second"];
        using var catalog = Catalog(("OPENAI_BASE_URL", server.Endpoint.ToString()));

        Assert.That(catalog.Get(null).Name, Is.EqualTo(ModelCatalog.ServersFirst));
        await catalog.Get(ModelCatalog.ServersFirst).Client.GetResponseAsync("Hi");

        Assert.That(catalog.Get(null).Name, Is.EqualTo("the-first"));
        Assert.That(server.Requests.Single().Json.GetProperty("model").GetString(), Is.EqualTo("the-first"));
        Assert.That(server.Requests.Single().Authorization, Is.EqualTo("Bearer none"));
    }

    private static ModelCatalog Catalog(params (string, string?)[] settings) =>
        new(Settings(settings), new BuiltInClient(null!, TimeProvider.System), TimeProvider.System);

    private static ModelSettings Settings(params (string Name, string? Value)[] settings) =>
        ModelSettings.From(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, s.Value))).Build());
}
