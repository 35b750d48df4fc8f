using System.Net;
using System.Net.Sockets;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Faults;

/// <summary>Anonymous clients that connect and send nothing.</summary>
internal sealed class IdleConnectionTests
{
    private const int OpenFiles = 1500;
    private const int Silent = 5_000;

    [Test]
    public async Task Connections_ThatSendNothingBeyondTheLimitOfOpenFiles_LeaveTheAppAndItsDatabaseWorking()
    {
        using var folder = new DataFolder();
        await using var app = await AppProcess.StartAsync(folder.Path, openFiles: OpenFiles);
        using var user = await app.RegisterAsync("present");
        var server = folder.Postmaster;
        var silent = new List<Socket>();
        try
        {
            while (silent.Count < Silent)
            {
                silent.AddRange(await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => ConnectAsync(app.Address))));
                using var stranger = app.Anonymous(); // on a connection of its own
                Assert.That(await AppProcess.StatusAsync(stranger, "/health"), Is.EqualTo(HttpStatusCode.OK), $"beside {silent.Count} silent connections");
            }
            await user.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "Still there?" });
        }
        finally
        {
            silent.ForEach(s => s.Dispose());
        }

        Assert.That(folder.Postmaster, Is.EqualTo(server), "the private server was never lost");
        Assert.That(app.Output, Does.Not.Contain("has died").And.Not.Contain("unknown at the moment"));
        await AppProcess.AssertSoundAsync(folder.Path);
        Assert.That(await app.StopAsync(), Is.Zero);
    }

    [Test]
    public async Task Connection_ThatSendsNothing_IsClosed()
    {
        await using var app = await TestApp.StartAsync(new() { ["Connections:SilenceTimeout"] = "00:00:00.100" });
        using var silent = await ConnectAsync(app.Address);
        using var patience = new CancellationTokenSource(Eventually.Patience);

        Assert.That(await silent.ReceiveAsync(new byte[1], patience.Token), Is.Zero);

        using var client = app.Anonymous();
        Assert.That((await client.GetAsync("/health/live")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    private static async Task<Socket> ConnectAsync(Uri address)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, address.Port);
        return socket;
    }
}
