using ChatApp.Domain.Errors;
using ChatApp.Domain.Models;
using ChatApp.Tests.Support;
using ChatApp.Web.Integrations.BuiltIn;
using ChatApp.Web.Integrations.Models;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;

namespace ChatApp.Tests.Unit.Models;

internal sealed class ModelCatalogTests
{
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
    public void Get_NameOf129Characters_IsInvalidAnd128IsPossible()
    {
        using var catalog = Catalog(("OPENAI_API_KEY", "sk-1"), ("Models:Offer:openai", new string('m', 128)));

        Assert.That(() => catalog.Get(new string('m', 129)), Throws.TypeOf<InvalidException>());
        Assert.That(catalog.Get(new string('m', 128)).Name, Has.Length.EqualTo(128));
    }

    [TestCase(null, "gpt-4o-mini", "openai", 128_000)]
    [TestCase("gpt-4.1", "gpt-4.1", "openai", 1_000_000)]
    [TestCase("openai/gpt-4.1", "openai/gpt-4.1", "openai", 1_000_000)]
    [TestCase("built-in", "built-in", "built-in", 32_000)]
    public void Get_WithOpenAiKey_IsOpenAisModelOrAConfiguredOne(string? name, string expected, string provider, int window)
    {
        using var catalog = Catalog(("OPENAI_API_KEY", "sk-1"), ("Chat:TitleModel", "gpt-4.1"));

        var model = catalog.Get(name);

        Assert.That((model.Name, model.Provider, model.ContextWindow), Is.EqualTo((expected, provider, window)));
    }

    [TestCase("gpt-4.1")]
    [TestCase("openai/gpt-4.1")]
    [TestCase("o9-super-expensive")]
    public void Get_NeitherListedNorConfigured_IsInvalid(string name)
    {
        using var catalog = Catalog(("OPENAI_API_KEY", "sk-1"));

        Assert.That(() => catalog.Get(name), Throws.TypeOf<InvalidException>());
    }

    [Test]
    public void Get_OfferConfigured_IsTheOnlyOne()
    {
        using var catalog = Catalog(("OPENAI_API_KEY", "sk-1"), ("Models:Offer:openai", "gpt-5, gpt-4.1"));

        Assert.That((catalog.Get(null).Name, catalog.Get("gpt-4.1").Name), Is.EqualTo(("gpt-5", "gpt-4.1")));
        Assert.That(() => catalog.Get("gpt-4o-mini"), Throws.TypeOf<InvalidException>());
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

        Assert.That(catalog.Get(null).Name, Is.EqualTo(ChatModel.Default));
        await catalog.Get(ChatModel.Default).Client.GetResponseAsync("Hi");

        Assert.That(catalog.Get(null).Name, Is.EqualTo("the-first"));
        Assert.That(server.Requests.Single().Json.GetProperty("model").GetString(), Is.EqualTo("the-first"));
        Assert.That(server.Requests.Single().Authorization, Is.EqualTo("Bearer none"));
    }

    private static ModelCatalog Catalog(params (string, string?)[] settings) =>
        new(Settings(settings), new BuiltInClient(null!, TimeProvider.System), TimeProvider.System);

    internal static ModelSettings Settings(params (string Name, string? Value)[] settings) =>
        ModelSettings.From(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, s.Value))).Build());
}
