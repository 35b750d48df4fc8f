using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ChatApp.Data.Startup;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

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
        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));
        Assert.That(head.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await head.Content.ReadAsStringAsync(), Is.Empty);
    }

    [Test]
    public async Task Health_ServerReportsAFullDisk_Is503()
    {
        await using var app = await TestApp.StartAsync();
        var user = await app.RegisterAsync();
        await app.WithDb(db => db.Database.ExecuteSqlRawAsync("""
            CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
            CREATE TRIGGER full_disk BEFORE INSERT ON chat_sessions FOR EACH ROW EXECUTE FUNCTION full_disk();
            """));
        Assert.That((await user.Client.SendAsync(HttpMethod.Post, "/chat/sessions", new { title = "no room" })).StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));

        using var client = app.Anonymous();
        using var response = await client.GetAsync("/health");

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        var checks = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("checks");
        Assert.That((checks.Text("database"), checks.Text("disk")), Is.EqualTo(("healthy", "unhealthy")));
    }

    [TestCase(0, false)]
    [TestCase(long.MaxValue, true)]
    public void Space_OfThePrivateServersDisk_IsShortBelowTheMinimum(long minimum, bool expected)
    {
        var settings = new DatabaseSettings { DataDirectory = Path.GetTempPath(), MinFreeSpace = minimum };
        Assert.That(new DatabaseSpace(Options.Create(settings), TimeProvider.System).IsShort, Is.EqualTo(expected));
    }
}
