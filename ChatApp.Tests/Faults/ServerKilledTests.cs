using ChatApp.Tests.Support;

namespace ChatApp.Tests.Faults;

/// <summary><c>kill -9</c> of PostgreSQL under load: acknowledged messages are stored, and the app needs no restart.</summary>
internal sealed class ServerKilledTests
{
    [Test]
    public async Task KillServer_TenTimesWhileClientsSend_LosesAndDuplicatesNothing()
    {
        using var folder = new DataFolder();
        await using var model = await ScriptedOpenAiServer.StartAsync();
        await using var app = await AppProcess.StartAsync(folder.Path, new() { ["OPENAI_BASE_URL"] = model.Endpoint.ToString(), ["Chat__Model"] = "scripted-model" });
        using var user = await app.RegisterAsync("sender");
        var clients = await SendingClients.StartAsync(user, user, user, user, user, user);
        for (var i = 0; i < 10; i++)
        {
            await clients.MoreAsync(6);
            await folder.KillServerAsync();
        }
        await clients.MoreAsync(6);
        await clients.StopAsync();

        Assert.That(clients.Retries, Is.GreaterThanOrEqualTo(10), "the kills have had an effect");
        await clients.AssertNothingLostAsync(user);
        await AppProcess.AssertSoundAsync(folder.Path);
    }
}
