using ChatApp.Tests.Support;

namespace ChatApp.Tests.Faults;

/// <summary>A private server that does not accept connections yet, as during a long recovery after a crash.</summary>
internal sealed class SlowServerTests
{
    private const string Waiting = "to accept connections";

    private DataFolder _folder = null!;

    [SetUp]
    public async Task MakeData()
    {
        _folder = new DataFolder();
        await using var app = await AppProcess.StartAsync(_folder.Path);
        await app.StopAsync();
        // A standby that takes no connections is in recovery until it is promoted.
        await File.WriteAllTextAsync(Path.Combine(_folder.Cluster, "standby.signal"), "");
        await File.AppendAllTextAsync(Path.Combine(_folder.Cluster, "postgresql.auto.conf"), "hot_standby = off\n");
    }

    [TearDown]
    public void RemoveData() => _folder.Dispose();

    [Test]
    public async Task Start_ServerInRecovery_WaitsForItAndTakesItOver()
    {
        await using (var killed = AppProcess.Launch(_folder.Path))
        {
            await WaitsAsync(killed);
            await killed.KillAsync();
        }

        await using var app = AppProcess.Launch(_folder.Path);
        await WaitsAsync(app);
        var server = _folder.Postmaster;
        await File.WriteAllTextAsync(Path.Combine(_folder.Cluster, "promote"), "");
        await AppProcess.SignalAsync("USR1", server);

        await app.HealthyAsync();
        Assert.That(app.Output, Does.Contain("it was still running"));
        Assert.That(_folder.Postmaster, Is.EqualTo(server));
        using var user = await app.RegisterAsync("patient");
        await user.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "Hello" });
    }

    private static Task WaitsAsync(AppProcess app) => Eventually.TrueAsync(() => app.Output.Contains(Waiting, StringComparison.Ordinal), "the app waits for its server");
}
