using System.Net.Http.Json;
using System.Text.Json;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Integration;

internal sealed class HealthTests : AppFixture
{
    [TestCase("/health")]
    [TestCase("/health/live")]
    public async Task Health_Anonymous_IsHealthy(string path)
    {
        using var client = App.Anonymous();

        var health = await client.GetFromJsonAsync<JsonElement>(path);

        Assert.That(health.GetProperty("status").GetString(), Is.EqualTo("healthy"));
    }
}
