using ChatApp.Domain.Models;
using ChatApp.Tests.Support;
using ChatApp.Web.Integrations.Anthropic;
using ChatApp.Web.Integrations.Models;
using ChatApp.Web.Integrations.OpenAi;
using Microsoft.Extensions.AI;

namespace ChatApp.Tests.Integration.Models;

/// <summary>A model server that redirects elsewhere, where the key must not go.</summary>
internal sealed class ProviderKeyTests
{
    private const string Key = "sk-canary-key";

    [Test]
    public async Task Call_ServerRedirects_IsNotFollowed([Values] ServerKind kind, [Values(301, 307, 308)] int status)
    {
        await using var canary = await RecordedServer.StartAsync();
        await using var server = await RecordedServer.StartAsync();
        foreach (var path in new[] { "/v1/chat/completions", "/v1/messages", "/v1/models", "/api/tags" })
        {
            server.Redirect(path, $"{canary.Address}{path}", status);
        }
        var settings = new ServerSettings(kind, "x", new Uri(kind == ServerKind.Anthropic ? server.Address : $"{server.Address}/v1")) { Key = Key, DefaultModel = "m" };
        using ModelServer connection = kind switch
        {
            ServerKind.Anthropic => new AnthropicServer(settings, TimeProvider.System),
            ServerKind.Ollama => new OllamaServer(settings, TimeProvider.System),
            _ => new OpenAiServer(settings, TimeProvider.System),
        };

        await Assert.ThatAsync(() => connection.Get("m", "m").Client.GetResponseAsync("Hello"), Throws.TypeOf<ModelException>());
        await connection.RefreshAsync();

        Assert.That(server.Requests.Any(r => r.Headers.Any(h => h.Value.ToString().Contains(Key, StringComparison.Ordinal))), Is.True, "the configured server gets the key");
        Assert.That(canary.Connections, Is.Zero);
    }
}
