using ChatApp.Web.Integrations.Models;
using Microsoft.Extensions.Configuration;

namespace ChatApp.Tests.Unit.Models;

internal sealed class ModelSettingsTests
{
    [TestCase("sk-1", null, null, "openai https://api.openai.com/v1")]
    [TestCase("sk-1", "https://api.openai.com/v1/", null, "openai https://api.openai.com/v1")]
    [TestCase("sk-1", "http://localhost:8080/v1", null, "openai-compatible http://localhost:8080/v1")]
    [TestCase(null, "http://localhost:8080/v1/", null, "openai-compatible http://localhost:8080/v1")]
    [TestCase("  ", "", "localhost", "ollama http://localhost:11434/v1")]
    [TestCase(null, null, "0.0.0.0", "ollama http://127.0.0.1:11434/v1")]
    [TestCase(null, null, ":8000", "ollama http://127.0.0.1:8000/v1")]
    [TestCase(null, null, "10.0.0.5:80", "ollama http://10.0.0.5/v1")]
    [TestCase(null, null, "[::1]:11435", "ollama http://[::1]:11435/v1")]
    [TestCase(null, null, "https://ollama.example.com/", "ollama https://ollama.example.com/v1")]
    public void From_OneProvidersVariables_IsThatServer(string? key, string? address, string? ollama, string expected)
    {
        var settings = From(("OPENAI_API_KEY", key), ("OPENAI_BASE_URL", address), ("OLLAMA_HOST", ollama));

        Assert.That(settings.Servers.Select(s => $"{s.Name} {s.Endpoint.ToString().TrimEnd('/')}"), Is.EqualTo(new[] { expected }));
        Assert.That(settings.Local, Is.Null);
    }

    [Test]
    public void From_AllVariables_AreAllServersInOrder()
    {
        var settings = From(
            ("OPENAI_API_KEY", "sk-1"), ("ANTHROPIC_API_KEY", "sk-ant-1"), ("OLLAMA_HOST", "localhost"), ("Chat:ContextWindow", "9000"),
            ("Models:Servers:0:Name", "Router"), ("Models:Servers:0:BaseUrl", "https://router.example.com/api/v1"), ("Models:Servers:0:ApiKey", "sk-or-1"),
            ("Models:Servers:0:Models:0", "a/b"), ("Models:Servers:0:Models:1", "c"), ("Models:Servers:0:ContextWindow", "5000"),
            ("Models:Servers:1:Name", "box"), ("Models:Servers:1:BaseUrl", "http://localhost:8000/v1"), ("Models:Servers:1:Models", "x, y,"));

        Assert.That(settings.Servers.Select(s => (s.Kind, s.Name, s.Key, s.DefaultModel, s.ContextWindow)), Is.EqualTo(new (ServerKind, string, string?, string?, int?)[]
        {
            (ServerKind.OpenAi, "openai", "sk-1", "gpt-4o-mini", 9000),
            (ServerKind.Anthropic, "anthropic", "sk-ant-1", "claude-haiku-5-5", 9000),
            (ServerKind.Ollama, "ollama", null, null, 9000),
            (ServerKind.OpenAi, "Router", "sk-or-1", null, 5000),
            (ServerKind.OpenAi, "box", null, null, 9000),
        }));
        Assert.That(settings.Servers.Select(s => string.Join(' ', s.Models)), Is.EqualTo(new[] { "", "", "", "a/b c", "x y" }));
    }

    [Test]
    public void From_AnthropicsAddress_IsUsed() =>
        Assert.That(From(("ANTHROPIC_API_KEY", "sk-ant-1"), ("ANTHROPIC_BASE_URL", "http://gateway:1/")).Servers.Single().Endpoint, Is.EqualTo(new Uri("http://gateway:1")));

    [Test]
    public void From_NothingConfigured_LooksForALocalOllama()
    {
        Assert.That(From().Local?.Endpoint, Is.EqualTo(new Uri("http://127.0.0.1:11434/v1")));
        Assert.That(From(("Models:FindOllama", "false")).Local, Is.Null);
        Assert.That(From().Servers, Is.Empty);
    }

    [TestCase("OPENAI_BASE_URL", "localhost:8081")]
    [TestCase("OPENAI_BASE_URL", "ftp://localhost/v1")]
    [TestCase("OPENAI_BASE_URL", "https://user:secret@example.com/v1")]
    [TestCase("OLLAMA_HOST", "http:// :80")]
    [TestCase("OPENAI_API_KEY", "sk-1\nsk-2")]
    [TestCase("ANTHROPIC_API_KEY", "sk-1\u00e9")]
    [TestCase("Chat:Model", "a\u0001b")]
    [TestCase("Chat:ContextWindow", "many")]
    [TestCase("Models:FindOllama", "perhaps")]
    public void From_InvalidSetting_NamesItWithoutItsValue(string name, string value) =>
        Assert.That(() => From((name, value)), Throws.InvalidOperationException.With.Message.Contains(name).And.Message.Not.Contains(value));

    [TestCase("Name", "")]
    [TestCase("Name", "a b")]
    [TestCase("Name", "a/b")]
    [TestCase("Name", "built-in")]
    [TestCase("Name", "default")]
    [TestCase("BaseUrl", "")]
    [TestCase("BaseUrl", "nonsense")]
    [TestCase("ApiKey", "sk 1")]
    [TestCase("Models", "a,\u0001")]
    [TestCase("ContextWindow", "12")]
    public void From_InvalidServer_NamesTheSetting(string name, string value)
    {
        var server = new Dictionary<string, string?> { ["Name"] = "box", ["BaseUrl"] = "http://localhost/v1", [name] = value };

        Assert.That(() => From([.. server.Select(s => ($"Models:Servers:0:{s.Key}", s.Value))]),
            Throws.InvalidOperationException.With.Message.Contains($"Models:Servers:0:{name}"));
    }

    [Test]
    public void From_TwoServersOfOneName_IsInvalid() => Assert.That(
        () => From(
            ("OLLAMA_HOST", "localhost"), ("Models:Servers:0:Name", "Ollama"), ("Models:Servers:0:BaseUrl", "http://localhost/v1")),
        Throws.InvalidOperationException.With.Message.Contains("ollama"));

    private static ModelSettings From(params (string Name, string? Value)[] settings) =>
        ModelSettings.From(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, s.Value))).Build());
}
